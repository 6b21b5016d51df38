"""Takes out of Rasa what every turn pays for and no turn needs.

Found by profiling turns (`docs/benchmarks.md`). Nothing here changes what Rasa answers: checks that cannot come out
differently are made once, what is looked up by walking all classes is remembered, the fixed graph is walked without a
scheduler, and connections to the action server are kept.
"""

from __future__ import annotations

import asyncio
import gc
from functools import lru_cache
from typing import Any, Dict, List, Optional, Text, Tuple, Type

import aiohttp
import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.core.constants import DEFAULT_REQUEST_TIMEOUT
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.utils.endpoints import EndpointConfig

from bot import carried

# How many more objects are made than given back between two looks of the garbage collector.
SELDOM = 10_000
# Less than the time after which any action server closes a quiet connection (uvicorn by itself: five seconds).
QUIET_SECONDS = 2.0


def install() -> None:
    """Put all of it into place for this process."""
    _check_schema_once()
    _remember_events()
    Domain.is_empty = _is_empty
    DaskGraphRunner.run = _run
    EndpointConfig.session = _session


def settle() -> None:
    """Have the garbage collector look no more at what there is now: the model and all modules, which stay.

    It looked through them again and again, a twentieth of a turn. `gc.unfreeze` undoes this.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(SELDOM)


def _check_schema_once() -> None:
    """Rasa checks, for every answer of an action, first that its own JSON schema is a valid schema.

    That is two thirds of the time of a turn. Answers are still checked against the schema.
    """
    schema = RemoteAction.action_response_format_spec()
    validator = jsonschema.validators.validator_for(schema)
    validator.check_schema(schema)
    answers = validator(schema)

    def validate(_action: RemoteAction, result: Dict[Text, Any]) -> bool:
        answers.validate(result)
        return True

    RemoteAction._validate_action_result = validate


def _remember_events() -> None:
    """Rasa finds the class of each stored event by walking all subclasses of Event."""
    find = lru_cache(maxsize=None)(Event.resolve_by_type)

    def resolve(type_name: Text, default: Optional[Type[Event]] = None) -> Optional[Type[Event]]:
        return find(type_name, default)

    Event.resolve_by_type = staticmethod(resolve)


def _is_empty(domain: Domain) -> bool:
    """Rasa compares the whole domain, made into documents, with a new empty one, at every message."""
    known = domain.__dict__.get("_empty")
    if known is None:
        known = domain.__dict__["_empty"] = domain.as_dict() == Domain.empty().as_dict()
    return bool(known)


def _run(
    runner: DaskGraphRunner, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
) -> Dict[Text, Any]:
    """The graph's nodes one after the other; Dask plans them anew at every call and hands each to a pool of threads."""
    wanted = tuple(targets or runner._graph_schema.target_names)
    plans: Dict[Tuple[Text, ...], List[Tuple[Text, Tuple[Text, ...]]]] = runner.__dict__.setdefault("_plans", {})
    if wanted not in plans:
        plans[wanted] = _in_order(runner, wanted)
    results = {name: (name, value) for name, value in (inputs or {}).items()}
    for name, needs in plans[wanted]:
        results[name] = runner._instantiated_nodes[name](*(results.get(need, need) for need in needs))
    return dict(results[name] for name in wanted)


def _in_order(runner: DaskGraphRunner, wanted: Tuple[Text, ...]) -> List[Tuple[Text, Tuple[Text, ...]]]:
    """The nodes that lead to the wanted ones, each after those that it needs."""
    nodes = runner._graph_schema.minimal_graph_schema(list(wanted)).nodes
    order: List[Tuple[Text, Tuple[Text, ...]]] = []
    done = set()

    def visit(name: Text) -> None:
        if name in nodes and name not in done:
            done.add(name)
            needs = tuple(nodes[name].needs.values())
            for need in needs:
                visit(need)
            order.append((name, needs))

    for name in wanted:
        visit(name)
    return order


class _Kept:
    """A session for a `with` block, which leaves it open for the next one."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._session

    async def __aexit__(self, *_error: object) -> None:
        return None


def _session(endpoint: EndpointConfig) -> Any:
    """One session for all calls, where Rasa opens one, with a connection of its own, for each."""
    loop = asyncio.get_running_loop()
    session, of_loop = endpoint.__dict__.get("_kept", (None, None))
    if of_loop is not loop or session.closed:
        session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=QUIET_SECONDS),
            headers=endpoint.headers,
            timeout=aiohttp.ClientTimeout(total=DEFAULT_REQUEST_TIMEOUT),
            trace_configs=[carried.config()],
        )
        endpoint.__dict__["_kept"] = session, loop
    return _Kept(session)
