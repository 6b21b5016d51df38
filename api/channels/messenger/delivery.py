"""One line at a time: claim it, hand it to Graph, write down what came of it; look up a line whose fate is unknown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from api.channels.messenger import repository
from api.channels.messenger.configuration import Configuration
from api.channels.messenger.graph import Graph, GraphAway, GraphRefused
from api.channels.messenger.limits import TEXT
from api.channels.messenger.models import Line, Persona, State, Thread
from api.channels.messenger.outbox import COUNSELLOR
from api.channels.messenger.split import length
from api.channels.messenger.verdicts import STOPS, Verdict, judge
from api.database import Database
from api.texts import text

log = structlog.get_logger()

WINDOW = timedelta(hours=24)
WINDOW_OF_PEOPLE = timedelta(days=7)
LONGEST_PAUSE = timedelta(minutes=1)
LONGEST_SLOWDOWN = timedelta(minutes=15)
# How long an echo may take before the thread is looked into; longer than the calls of one line can last together.
ECHO_WITHIN = timedelta(seconds=60)
# Meta's clock and ours may differ.
SKEW = timedelta(minutes=1)


@dataclass(frozen=True)
class Claimed:
    """A line that only we may send now, and how."""

    ref: str
    conversation_id: str
    page_id: str
    psid: str
    message: dict[str, Any]
    persona: str | None
    tagged: bool
    may_be_tagged: bool
    attempts: int


class Desk:
    """Sends for the courier."""

    def __init__(
        self, database: Database, graph: Graph, configuration: Configuration, clock: Callable[[], datetime]
    ) -> None:
        self._database = database
        self._graph = graph
        self._picture = configuration.persona_picture
        self._clock = clock

    async def send(self, conversation_id: str) -> tuple[Verdict, timedelta]:
        """Send the conversation's lines until one does not get through, and what came of that one.

        UNKNOWN also when there is nothing (more) to send; the time is how long to leave the page alone. That a line
        has gone out is written down together with taking the next one.
        """
        gone: tuple[Claimed, str] | None = None
        while True:
            async with self._database.transaction() as session:
                if gone is not None:
                    await _note(session, gone[0], state=State.SENT, mid=gone[1][:255], message=None, error=None)
                claimed = await self._claim(session, conversation_id)
            if claimed is None:
                return Verdict.UNKNOWN, timedelta()
            try:
                gone = claimed, await self._hand_over(claimed)
            except (GraphAway, GraphRefused) as error:
                return await self._note_failure(claimed, error)

    async def _claim(self, session: AsyncSession, conversation_id: str) -> Claimed | None:
        """Take the next line; those before it that must not be sent any more are settled here."""
        moment = self._clock()
        while True:
            line = await repository.head(session, conversation_id)
            if line is None or line.state != State.QUEUED or line.due_at > moment or line.message is None:
                return None
            thread = await repository.thread_of(session, conversation_id)
            if thread is None:
                return None
            refusal = _refusal(line, thread, moment)
            if refusal is None:
                break
            line.state, line.error, line.message = *refusal, None
        line.state, line.attempted_at, line.due_at = State.UNKNOWN, moment, moment + ECHO_WITHIN
        line.attempts += 1
        return Claimed(
            ref=line.ref,
            conversation_id=conversation_id,
            page_id=line.page_id,
            psid=line.psid,
            message=line.message,
            persona=line.persona,
            tagged=moment - thread.last_pupil_at > WINDOW,
            may_be_tagged=line.sender == COUNSELLOR,
            attempts=line.attempts,
        )

    async def _hand_over(self, claimed: Claimed, *, tagged: bool = False) -> str:
        message = dict(claimed.message)
        persona = await self._persona(claimed)
        if claimed.persona and persona is None and "text" in message:
            signed = text("messenger.signed", "pl", name=claimed.persona, line=message["text"])
            # The name is left out where it would make the line too long.
            message["text"] = signed if length(signed) <= TEXT else message["text"]
        body: dict[str, Any] = {
            "recipient": {"id": claimed.psid},
            "messaging_type": "MESSAGE_TAG" if claimed.tagged or tagged else "RESPONSE",
            "message": {**message, "metadata": claimed.ref},
        }
        if claimed.tagged or tagged:
            body["tag"] = "HUMAN_AGENT"
        if persona is not None:
            body["persona_id"] = persona
        try:
            return await self._graph.send(claimed.page_id, body)
        except GraphRefused as error:
            # Meta's clock decides where the window ends; a counsellor's line may still go out with the tag.
            if judge(error) != Verdict.OUTSIDE_WINDOW or "tag" in body or not claimed.may_be_tagged:
                raise
        return await self._hand_over(claimed, tagged=True)

    async def _persona(self, claimed: Claimed) -> str | None:
        """Meta's id of the counsellor's name; None for the bot's lines or without a picture, which Meta demands."""
        if claimed.persona is None or self._picture is None:
            return None
        async with self._database.transaction(read_only=True) as session:
            known = await session.get(Persona, (claimed.page_id, claimed.persona))
        if known is not None:
            return known.persona_id
        try:
            made = await self._graph.make_persona(claimed.page_id, claimed.persona, self._picture)
        except (GraphAway, GraphRefused) as reason:
            log.warning("messenger_persona_failed", conversation=claimed.conversation_id, reason=str(reason))
            return None
        async with self._database.transaction() as session:
            await session.merge(Persona(page_id=claimed.page_id, name=claimed.persona, persona_id=made))
        return made

    async def _note_failure(self, claimed: Claimed, error: GraphAway | GraphRefused) -> tuple[Verdict, timedelta]:
        """Write down why the line did not go out, or that nobody knows."""
        verdict = judge(error)
        wait = timedelta()
        log.warning(
            "messenger_send_failed", conversation=claimed.conversation_id, verdict=str(verdict), reason=str(error)
        )
        if verdict in (Verdict.AGAIN, Verdict.SLOWER):
            slow = verdict == Verdict.SLOWER
            longest, first = (LONGEST_SLOWDOWN, 10.0) if slow else (LONGEST_PAUSE, 1.0)
            wait = min(longest, timedelta(seconds=first * 2 ** min(claimed.attempts - 1, 10)))
            await self._write(claimed, state=State.QUEUED, due_at=self._clock() + wait)
        elif verdict in STOPS:
            await self._write(claimed, state=State.QUEUED, due_at=self._clock())
        elif verdict in (Verdict.OUTSIDE_WINDOW, Verdict.UNREACHABLE):
            await self._write(claimed, state=State.UNDELIVERABLE, error=str(verdict), message=None)
        elif verdict == Verdict.BUG:
            log.error("messenger_line_refused_by_graph", conversation=claimed.conversation_id, reason=str(error))
            await self._write(claimed, state=State.FAILED, error=str(error)[:40], message=None)
        return verdict, wait

    async def _write(self, claimed: Claimed, **values: Any) -> None:
        async with self._database.transaction() as session:
            await _note(session, claimed, **values)

    async def look_up(self, line: Line) -> None:
        """No echo has come: see in the thread whether the line is there. Only when it is not, it is sent again."""
        try:
            found = await self._graph.thread(line.page_id, line.psid)
        except GraphAway:
            await self._again_later(line.ref, error=None)
            return
        except GraphRefused as reason:
            log.error("messenger_thread_unreadable", conversation=line.conversation_id, reason=str(reason))
            await self._again_later(line.ref, error=f"unreadable {reason}"[:40])
            return
        async with self._database.transaction() as session:
            known = await repository.known_mids(session, line.conversation_id)
            present = await repository.line(session, line.ref)
            if present is None or present.state != State.UNKNOWN:
                return
            mid = next((str(m.get("id")) for m in found if m.get("id") not in known and _is(present, m)), None)
            if mid is not None:
                present.state, present.mid, present.message = State.SENT, mid[:255], None
            else:
                present.state, present.due_at = State.QUEUED, self._clock()

    async def _again_later(self, ref: str, *, error: str | None) -> None:
        async with self._database.transaction() as session:
            line = await repository.line(session, ref)
            if line is not None and line.state == State.UNKNOWN:
                line.due_at, line.error = self._clock() + ECHO_WITHIN, error


async def _note(session: AsyncSession, claimed: Claimed, **values: Any) -> None:
    """Note what came of the line, unless its echo or an erasure was quicker."""
    line = await repository.line(session, claimed.ref)
    if line is not None and line.state == State.UNKNOWN:
        for name, value in values.items():
            setattr(line, name, value)


def _refusal(line: Line, thread: Thread, moment: datetime) -> tuple[State, str] | None:
    """Why the line must not be sent any more."""
    if line.sender != COUNSELLOR and thread.held_by_page_at is not None:
        return State.DROPPED, "held_by_page"
    window = WINDOW_OF_PEOPLE if line.sender == COUNSELLOR else WINDOW
    if moment - thread.last_pupil_at > window:
        return State.UNDELIVERABLE, str(Verdict.OUTSIDE_WINDOW)
    return None


def _is(line: Line, seen: dict[str, Any]) -> bool:
    """Whether a message of the thread may be this line: from the page, not before the attempt, the same words."""
    written, words = _moment(seen.get("created_time")), str(seen.get("message") or "").strip()
    if str((seen.get("from") or {}).get("id")) != line.page_id or written is None or line.attempted_at is None:
        return False
    if written < line.attempted_at - SKEW:
        return False
    message = line.message or {}
    if "text" in message:
        # A counsellor's line may have the name before it.
        return words.endswith(str(message["text"]).strip())
    template = message.get("attachment", {}).get("payload", {})
    return words in ("", str(template.get("text") or "").strip())


def _moment(written: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(written))
    except ValueError:
        return None
