"""What the pupil tells is kept, the newest first; a change of mind replaces; a request's own subject comes first."""

from datetime import date
from typing import Any, cast

from hypothesis import given
from hypothesis import strategies as st
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.profile import SUBJECTS, direction, profile, remember, told_now
from actions.talk import Talk
from api.catalogue.view import Catalogue

TOPICS = st.lists(st.sampled_from(["cooking", "robots", "cars", "trains"]), unique=True, max_size=3)


def talk(slots: dict[str, Any] | None = None, entities: list[dict[str, str]] | None = None) -> Talk:
    """A turn with these slots and these entities in the message."""
    message = {"intent": {"name": "inform_interest"}, "entities": entities or []}
    tracker = Tracker("someone", slots or {}, message, [], False, None, {}, "action_listen")
    # Nothing here reads the catalogue.
    return Talk(CollectingDispatcher(), tracker, cast(Catalogue, None), date(2026, 11, 22))


def slots_after(turn: Talk) -> dict[str, Any]:
    """The slots that the turn sets."""
    return {event["name"]: event["value"] for event in turn.events}


def likes(*topics: str, role: str = "like") -> list[dict[str, str]]:
    return [{"entity": "interest", "value": topic, "role": role} for topic in topics]


def test_several_things_in_one_sentence_are_all_taken() -> None:
    turn = talk(
        entities=[
            {"entity": "grade", "value": "2"},
            {"entity": "school_type", "value": "T"},
            {"entity": "profession", "value": "technik-mechatronik"},
            *likes("robots"),
        ]
    )
    remember(turn, told_now(turn))
    assert slots_after(turn) == {
        "grade": "2",
        "school_type": "T",
        "profession": ["technik-mechatronik"],
        "interest": ["robots"],
    }


def test_a_correction_replaces_the_class() -> None:
    turn = talk({"grade": "3"}, [{"entity": "grade", "value": "2"}])
    assert remember(turn, told_now(turn))["grade"] == "2"
    assert slots_after(turn) == {"grade": "2"}


def test_a_change_of_mind_moves_a_topic_from_likes_to_dislikes() -> None:
    turn = talk({"interest": ["cooking", "cars"]}, likes("cooking", role="dislike"))
    remember(turn, told_now(turn))
    assert slots_after(turn) == {"interest": ["cars"], "dislike": ["cooking"]}


@given(known=TOPICS, told=TOPICS)
def test_remembering_loses_nothing_and_puts_the_newest_first(known: list[str], told: list[str]) -> None:
    turn = talk({"interest": known}, likes(*told))
    kept = remember(turn, told_now(turn))["interest"]
    assert set(kept) == {*known, *told}
    assert len(kept) == len(set(kept))
    assert kept[: len(told)] == told


@given(known=TOPICS, told=TOPICS, asked=st.booleans())
def test_a_direction_is_given_whenever_there_is_anything_to_go_by(
    known: list[str], told: list[str], asked: bool
) -> None:
    chosen = direction({"interest": told} if told else {}, {"interest": known}, asked=asked)
    assert (chosen is None) == (not known and not told)
    assert chosen is None or set(chosen) <= {*SUBJECTS, "asked"}


def test_a_request_is_about_its_own_subject_and_not_about_older_likes() -> None:
    known = {"interest": ["cooking"], "profession": ["kucharz"]}
    assert direction({"interest": ["welding"]}, known, asked=True) == {
        "interest": ["welding"],
        "asked": ["welding"],
    }
    assert direction({}, known, asked=True) == known


def test_class_and_school_alone_point_nowhere_but_reach_the_matching() -> None:
    assert direction({"grade": ["2"], "school_type": ["T"]}, {"grade": "2"}, asked=True) is None
    found = profile(talk({"grade": "2", "school_type": "T", "dislike": ["cars"]}), {"interest": ["robots"]})
    assert (found.grade, found.school_type, found.dislikes, found.interests) == (2, "T", ("cars",), ("robots",))
