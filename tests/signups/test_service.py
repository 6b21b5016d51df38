"""Sign-ups: seats are never given twice, nobody is passed on the waiting list, nothing is kept without consent."""

import asyncio
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from api import sheets
from api.catalogue import loader
from api.catalogue import service as catalogue
from api.catalogue.models import CourseEdition
from api.database import Database
from api.errors import Conflict, Invalid, NotFound
from api.person import AgeGroup, Parent
from api.privacy import erasure
from api.settings import ROOT
from api.signups import service
from api.signups.models import HOLDS_SEAT, Kind, Signup, Status
from api.signups.service import Applicant, Target
from tests.stores import conversation

COURSE = Target(Kind.COURSE, "cnc", "CNC")


def applicant(**changes: Any) -> Applicant:
    """Somebody of 17 who gives all that is asked."""
    given: dict[str, Any] = {
        "first_name": "Ola",
        "school": "ZSM nr 3",
        "grade": "2b",
        "contact": "600 700 800",
        "age_group": AgeGroup.FROM_16_TO_17,
        "parent_agreed": False,
        "language": "pl",
    }
    return Applicant(**given | changes)


async def edition(database: Database, seats: int | None) -> Target:
    """A new edition with so many seats."""
    async with database.transaction() as session:
        row = CourseEdition(course_id="cnc", starts_on=date(2100, 1, 1), seats=seats)
        session.add(row)
        await session.flush()
        return Target(Kind.EDITION, str(row.id), "CNC, 1 stycznia 2100")


async def apply(database: Database, target: Target, talk: str | None = None, **changes: Any) -> Signup:
    """Sign up, in a conversation of its own unless one is given."""
    talk = talk or await conversation(database)
    async with database.transaction() as session:
        return await service.apply(session, talk, target, applicant(**changes))


async def statuses(database: Database, target: Target) -> list[str]:
    """The statuses of the target's sign-ups in their order."""
    async with database.transaction(read_only=True) as session:
        return [signup.status for signup in await service.find_all(session, kind=target.kind, target=target.id)]


async def test_many_at_once_get_no_more_seats_than_there_are(store: Database) -> None:
    target = await edition(store, seats=5)
    talks = [await conversation(store) for _ in range(24)]
    done = await asyncio.gather(*(apply(store, target, talk) for talk in talks))
    assert sorted(signup.status for signup in done) == [Status.NEW] * 5 + [Status.WAITING] * 19
    assert len({signup.code for signup in done}) == 24


async def test_withdrawals_and_sign_ups_at_once_never_oversell(store: Database) -> None:
    target = await edition(store, seats=4)
    first = [await apply(store, target) for _ in range(8)]
    talks = [await conversation(store) for _ in range(8)]

    async def leave(signup: Signup) -> None:
        async with store.transaction() as session:
            await service.withdraw(session, signup.conversation_id, signup.code)

    await asyncio.gather(*(leave(s) for s in first[::2]), *(apply(store, target, talk) for talk in talks))
    found = await statuses(store, target)
    assert sum(status in HOLDS_SEAT for status in found) == 4
    assert found.count(Status.WITHDRAWN) == 4


async def test_the_same_turn_again_at_once_or_later_is_one_sign_up(store: Database) -> None:
    target = await edition(store, seats=2)
    talk = await conversation(store)
    await apply(store, target, talk)
    await asyncio.gather(*(apply(store, target, talk, school="ZSE 1") for _ in range(5)))
    async with store.transaction(read_only=True) as session:
        (only,) = await service.find_all(session)
    assert (only.school, only.status) == ("ZSE 1", Status.NEW)


STEPS = st.lists(
    st.tuples(st.sampled_from(["apply", "withdraw", "decline", "confirm", "erase"]), st.integers(0, 6)), max_size=25
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seats=st.integers(1, 3), steps=STEPS)
async def test_whatever_happens_seats_suffice_and_nobody_waits_beside_a_free_one(
    database: Database, seats: int, steps: list[tuple[str, int]]
) -> None:
    async with database.transaction() as session:
        await session.execute(delete(Signup))
    target = await edition(database, seats)
    talks = [await conversation(database) for _ in range(7)]
    for what, who in steps:
        async with database.transaction() as session:
            mine = await session.scalar(select(Signup).where(Signup.conversation_id == talks[who]))
            if what == "apply":
                await service.apply(session, talks[who], target, applicant())
            elif what == "erase":
                await service.erase(session, talks[who])
            elif mine is not None and what == "withdraw":
                await service.withdraw(session, talks[who], mine.code)
            elif mine is not None and what == "decline":
                await service.set_status(session, mine.id, Status.DECLINED)
            elif mine is not None:
                try:
                    await service.set_status(session, mine.id, Status.CONFIRMED)
                except Conflict:
                    assert mine.status not in HOLDS_SEAT
        found = await statuses(database, target)
        held = sum(status in HOLDS_SEAT for status in found)
        assert held <= seats
        assert held == seats or Status.WAITING not in found


async def test_a_freed_seat_goes_to_the_first_who_waits_and_not_to_who_comes_next(database: Database) -> None:
    target = await edition(database, seats=1)
    holder, second, third = [await apply(database, target) for _ in range(3)]
    async with database.transaction() as session:
        await service.withdraw(session, holder.conversation_id, holder.code)
    back = await apply(database, target, holder.conversation_id)
    async with database.transaction(read_only=True) as session:
        now_held = {s.id: s.status for s in await service.find_all(session)}
    assert now_held == {holder.id: Status.WAITING, second.id: Status.NEW, third.id: Status.WAITING}
    assert back.code == holder.code


async def test_an_erased_conversation_leaves_no_sign_up_and_frees_its_seat(database: Database) -> None:
    target = await edition(database, seats=1)
    holder, second = await apply(database, target), await apply(database, target)

    class NoRasa:
        async def forget(self, conversation_id: str, *, for_good: bool = True) -> None:
            """Nothing is kept there."""

    await erasure.erase(database, NoRasa(), holder.conversation_id)  # type: ignore[arg-type]
    async with database.transaction(read_only=True) as session:
        (left,) = await service.find_all(session)
    assert (left.id, left.status) == (second.id, Status.NEW)


async def test_a_turn_in_flight_cannot_sign_up_after_the_erasure(database: Database) -> None:
    with pytest.raises(NotFound):
        await apply(database, COURSE, "no-such-conversation")
    async with database.transaction(read_only=True) as session:
        assert not await service.find_all(session)


async def test_unknown_seats_mean_that_nobody_waits(database: Database) -> None:
    target = await edition(database, seats=None)
    assert {(await apply(database, target)).status for _ in range(3)} == {Status.NEW}
    assert (await apply(database, COURSE)).status == Status.NEW


async def test_an_edition_that_is_gone_takes_nobody(database: Database) -> None:
    target = await edition(database, seats=3)
    async with database.transaction() as session:
        await catalogue.remove_edition(session, int(target.id))
    for id_ in (target.id, "99", "x"):
        with pytest.raises(NotFound):
            await apply(database, Target(Kind.EDITION, id_, "CNC"))


@pytest.mark.parametrize(
    ("age", "agreed", "expected"),
    [
        (AgeGroup.ADULT, False, Parent.NOT_NEEDED),
        (AgeGroup.FROM_16_TO_17, False, Parent.CONSENT_NEEDED),
        (AgeGroup.UNDER_16, True, Parent.AGREED_SAYS_PUPIL),
    ],
)
async def test_a_parents_part_is_recorded(database: Database, age: AgeGroup, agreed: bool, expected: Parent) -> None:
    assert (await apply(database, COURSE, age_group=age, parent_agreed=agreed)).parent == expected


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"contact": "nie podam"}, "contact"),
        ({"contact": "12345"}, "contact"),
        ({"first_name": ""}, "first_name"),
        ({"school": " "}, "school"),
        ({"grade": "x" * 21}, "grade"),
        ({"age_group": AgeGroup.UNDER_16}, "parent_agreed"),
    ],
)
async def test_wrong_data_are_refused_with_the_field(database: Database, changes: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        await apply(database, COURSE, **changes)
    assert refused.value.field == field


async def test_nobody_withdraws_for_somebody_else(database: Database) -> None:
    signup, somebody_else = await apply(database, COURSE), await conversation(database)
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await service.withdraw(session, somebody_else, signup.code)


async def test_staff_get_rows_for_a_spreadsheet_that_cannot_act_as_formulas(database: Database) -> None:
    await apply(database, COURSE, school="=1+1", contact="ola@example.com")
    async with database.transaction(read_only=True) as session:
        (row,) = service.rows(await service.find_all(session, status=Status.NEW))
    assert tuple(row) == service.COLUMNS
    assert (row["first_name"], row["contact"], row["school"]) == ("Ola", "ola@example.com", "=1+1")
    assert b";'=1+1;" in sheets.write("csv", service.COLUMNS, [row])


async def test_staff_cannot_confirm_more_than_there_are_seats(database: Database) -> None:
    target = await edition(database, seats=1)
    _, second = await apply(database, target), await apply(database, target)
    async with database.transaction() as session:
        with pytest.raises(Conflict):
            await service.set_status(session, second.id, Status.CONFIRMED)
        with pytest.raises(Invalid):
            await service.set_status(session, second.id, Status.WAITING)
    assert await statuses(database, target) == [Status.NEW, Status.WAITING]


async def test_the_example_editions_of_a_first_start_can_be_tried_out(database: Database) -> None:
    await loader.load(database, ROOT / "data" / "catalogue")
    async with database.transaction(read_only=True) as session:
        shown = (await catalogue.snapshot(session)).open_editions(catalogue.today())[0]
    assert shown.demo
    signup = await apply(database, Target(Kind.EDITION, str(shown.id), "przykład: CNC", example=True))
    assert signup.example
