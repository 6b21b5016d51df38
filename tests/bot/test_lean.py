"""What is taken out of Rasa changes nothing that it answers (`bot/lean.py`)."""

from __future__ import annotations

import asyncio
from typing import Any, ClassVar, Dict, List

import dask
import pytest
from aiohttp import web
from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event
from rasa.shared.utils.common import all_subclasses

from bot import lean
from tests.bot.webhook import endpoint, hang_up, served

lean.install()


class Part(GraphComponent):
    """Joins what it is given, in the order of the names."""

    calls: ClassVar[List[str]] = []

    def __init__(self, name: str) -> None:
        self._name = name

    @classmethod
    def create(cls, config: Dict[str, Any], *_rest: Any, execution_context: ExecutionContext, **_named: Any) -> Part:
        return cls(str(execution_context.node_name))

    def join(self, left: str = "", right: str = "") -> str:
        self.calls.append(self._name)
        return f"{self._name}({left},{right})"


def node(**needs: str) -> SchemaNode:
    return SchemaNode(needs=needs, uses=Part, constructor_name="create", fn="join", config={}, eager=True)


SCHEMA = GraphSchema(
    {
        "d": node(left="b", right="c"),
        "b": node(left="a"),
        "c": node(left="a", right="given"),
        "a": node(),
        "apart": node(),
    }
)


def runner() -> DaskGraphRunner:
    return DaskGraphRunner(SCHEMA, None, ExecutionContext(SCHEMA))


def test_the_graph_gives_what_dask_gives() -> None:
    ours = runner().run(inputs={"given": "g"}, targets=["d", "b"])
    graph = runner()._build_dask_graph(SCHEMA.minimal_graph_schema(["d", "b"]))
    graph["given"] = ("given", "g")
    assert ours == dict(dask.get(graph, ["d", "b"])) == {"d": "d(b(a(,),),c(a(,),g))", "b": "b(a(,),)"}


def test_each_needed_node_of_the_graph_runs_once_and_no_other_one() -> None:
    Part.calls.clear()
    runner().run(inputs={"given": "g"}, targets=["d"])
    assert sorted(Part.calls) == ["a", "b", "c", "d"]


def test_a_second_run_of_the_graph_keeps_nothing_of_the_first() -> None:
    one = runner()
    one.run(inputs={"given": "g"}, targets=["c"])
    assert one.run(inputs={"given": "h"}, targets=["c"]) == {"c": "c(a(,),h)"}


def test_every_kind_of_event_is_still_found_by_its_name() -> None:
    kinds = {kind.type_name: kind for kind in reversed(all_subclasses(Event))}
    assert {name: Event.resolve_by_type(name) for name in kinds} == kinds
    assert Event.resolve_by_type("no such event", Event) is Event
    with pytest.raises(ValueError, match="no such event"):
        Event.resolve_by_type("no such event")


def test_only_an_empty_domain_is_empty() -> None:
    assert Domain.empty().is_empty()
    full = Domain.from_dict({"intents": ["greet"]})
    assert not full.is_empty()
    assert not full.is_empty()


def test_calls_of_actions_share_a_connection_and_survive_its_end() -> None:
    peers: List[Any] = []

    async def answer(request: web.Request) -> web.Response:
        peers.append(request.transport.get_extra_info("peername"))
        return web.json_response({"heard": await request.json()})

    async def calls() -> None:
        peers.clear()
        async with served(answer) as port:
            actions = endpoint(port)
            assert await actions.request(json={"a": 1}) == {"heard": {"a": 1}}
            assert await actions.request(json={"b": 2}) == {"heard": {"b": 2}}
            assert len(set(peers)) == 1
        async with served(answer, port):
            assert await actions.request(json={"c": 3}) == {"heard": {"c": 3}}
            await hang_up(actions)

    for _ in range(2):
        asyncio.run(calls())
