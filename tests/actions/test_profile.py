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


def test_railway_words_stand_for_an_industry_of_their_own() -> None:
    turn = talk(entities=[{"entity": "industry", "value": "electrical_electronic", "topic": "railway"}])
    assert told_now(turn) == {"industry": ["railway"]}


def test_a_lone_number_is_a_class_only_where_the_class_is_known() -> None:
    def told(text: str, slots: dict[str, Any]) -> dict[str, list[str]]:
        turn = talk(slots, [{"entity": "grade", "value": "2"}])
        turn.tracker.latest_message["text"] = text
        return told_now(turn)

    for bare in ("2", "no druga", "druga", "2."):
        assert told(bare, {}) == {}
        assert told(bare, {"grade": "3"}) == {"grade": ["2"]}
    for whole in ("2 klasa", "jestem w drugiej klasie", "second year", "2TI"):
        assert told(whole, {}) == {"grade": ["2"]}


def test_a_licence_that_the_pupil_has_is_no_wish_for_its_course() -> None:
    has = {"entity": "licence", "value": "sep_e", "role": "have"}
    course = {"entity": "course_type", "value": "sep-g1"}
    assert told_now(talk(entities=[has, course])) == {"licence": ["sep_e"]}
    assert told_now(talk(entities=[{**has, "role": ""}, course])) == {"course_type": ["sep-g1"]}
    known = talk({"licence": ["sep_e", "driving_b"]}, [{"entity": "licence", "value": "sep_e", "role": "lack"}])
    assert remember(known, told_now(known))["licence"] == ["driving_b"]
    assert profile(talk({"licence": ["sep_e"]}), {}).done == ("sep-g1",)


def test_an_interest_that_is_only_asked_about_leads_but_is_not_kept() -> None:
    turn = talk({"interest": ["cooking"]}, [{"entity": "interest", "value": "welding"}])
    told = told_now(turn)
    known = remember(turn, told)
    assert known["interest"] == ["cooking"]
    chosen = direction(told, known, asked=True)
    assert chosen == {"interest": ["welding"], "asked": ["welding"]}
    assert profile(turn, chosen).asked == ("welding",)


def test_a_correction_replaces_the_occupation() -> None:
    turn = talk({"profession": ["elektryk"]}, [{"entity": "profession", "value": "kucharz"}])
    turn.tracker.latest_message["text"] = "nie, uczę się na kucharza"
    assert remember(turn, told_now(turn))["profession"] == ["kucharz"]
    more = talk({"profession": ["elektryk"]}, [{"entity": "profession", "value": "kucharz"}])
    assert remember(more, told_now(more))["profession"] == ["kucharz", "elektryk"]
