"""Whatever the bot says, only what Meta takes goes out, and nothing that was said is lost."""

import re
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from api.channels.messenger.fit import fit
from api.channels.messenger.split import length, split
from tests.messenger.graph_rules import check_message

SHOWN = {"text", "title", "subtitle", "url"}
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120)
long_words = st.one_of(words, st.text("ab. \n🙂", max_size=700), st.sampled_from(["", "Zdanie. " * 300, "x" * 2100]))
address = st.one_of(st.none(), words, st.just("https://ckz.krakow.pl/kursy"))
button = st.fixed_dictionaries(
    {"title": words, "payload": st.text('/abc_{}":', min_size=1, max_size=500).filter(str.strip)}
)
card = st.fixed_dictionaries(
    {
        "kind": st.just("course"),
        "id": words,
        "title": words,
        "subtitle": st.one_of(st.none(), words),
        "why": st.one_of(st.none(), words),
        "url": address,
        "facts": st.lists(st.fixed_dictionaries({"label": words, "value": long_words}), max_size=3),
        "source": st.one_of(st.none(), st.fixed_dictionaries({"title": words, "url": address, "as_of": st.none()})),
        "buttons": st.lists(button, max_size=5),
    }
)
message = st.fixed_dictionaries(
    {"text": long_words, "language": st.sampled_from(["pl", "en"])},
    optional={"buttons": st.lists(button, max_size=35), "cards": st.lists(card, max_size=11)},
)


def leaves(value: Any) -> list[str]:
    """All that the pupil can read or press in a payload, in order."""
    if isinstance(value, dict):
        return [
            leaf for key, part in value.items() if key in SHOWN or not isinstance(part, str) for leaf in leaves(part)
        ]
    if isinstance(value, list):
        return [leaf for part in value for leaf in leaves(part)]
    return [str(value)]


def bare(text: str) -> str:
    """The text without white space, which a split may take."""
    return re.sub(r"\s+", "", text)


def payloads(sends: list[Any]) -> list[str]:
    """The payloads of all buttons and quick replies, in order."""
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if "payload" in value and isinstance(value["payload"], str):
                found.append(value["payload"])
            for part in value.values():
                walk(part)
        elif isinstance(value, list):
            for part in value:
                walk(part)

    walk([send.message for send in sends])
    return found


@settings(max_examples=60, deadline=None)
@given(st.lists(message, max_size=3))
def test_only_legal_sends_come_out_and_nothing_is_lost(messages: list[dict[str, Any]]) -> None:
    sends = fit(messages)
    for send in sends:
        check_message({**send.message, "metadata": "x" * 80})
    everything = bare("".join(leaf for send in sends for leaf in leaves(send.message)))
    for one in messages:
        assert bare(one["text"]) in everything
        for card in one.get("cards", []):
            said = [card["title"], card["subtitle"], card["why"], card["url"]]
            said += [f"{fact['label']}: {fact['value']}" for fact in card["facts"]]
            said += [value for value in (card["source"] or {}).values() if value]
            for part in filter(None, said):
                assert bare(part) in everything
        for each in [*one.get("buttons", []), *(b for card in one.get("cards", []) for b in card["buttons"])]:
            assert bare(each["title"]) in everything
    wanted = [b["payload"] for one in messages for c in one.get("cards", []) for b in c["buttons"]]
    wanted += [b["payload"] for one in messages for b in one.get("buttons", [])]
    assert sorted(payloads(sends)) == sorted(wanted)


@given(st.text(max_size=400), st.integers(min_value=2, max_value=50))
def test_a_split_loses_only_white_space_and_keeps_the_limit(text: str, limit: int) -> None:
    parts = split(text, limit)
    assert all(0 < length(part) <= limit for part in parts)
    assert bare("".join(parts)) == bare(text)


def test_a_text_is_cut_at_the_end_of_a_sentence() -> None:
    text = "Pierwsze zdanie. " + "Drugie zdanie jest dłuższe! " * 100
    parts = split(text, 2000)
    assert all(part.endswith((".", "!")) for part in parts)
    assert len(parts) == 2


def buttons(*titles: str) -> list[dict[str, str]]:
    """Buttons with numbered payloads."""
    return [{"title": title, "payload": f"/p{number}"} for number, title in enumerate(titles)]


def test_a_long_title_is_numbered_and_written_out() -> None:
    title = "Rozmowa z doradcą zawodowym w szkole"
    (send,) = fit([{"text": "Co dalej?", "buttons": buttons("Kursy", title)}])
    assert send.message["text"] == f"Co dalej?\n1. {title}"
    assert [reply["title"] for reply in send.message["quick_replies"]] == ["Kursy", "1. Rozmowa z doradc…"]


def test_quick_replies_stand_under_the_last_send_only() -> None:
    sends = fit([{"text": "Zdanie. " * 400, "buttons": buttons("Kursy")}])
    assert ["quick_replies" in send.message for send in sends] == [False, True]


def test_many_buttons_become_pages_that_stay() -> None:
    first, row = fit([{"text": "Wybierz zawód.", "buttons": buttons(*(f"Zawód {n}" for n in range(20)))}])
    assert "quick_replies" not in first.message
    elements = row.message["attachment"]["payload"]["elements"]
    assert len(elements) == 7
    assert elements[1]["title"] == "Do wyboru: 4–6 z 20"


def test_thirteen_choices_are_quick_replies_and_fourteen_are_pages() -> None:
    titles = [f"Zawód {n}" for n in range(14)]
    (send,) = fit([{"text": "Wybierz.", "buttons": buttons(*titles[:13])}])
    assert [reply["title"] for reply in send.message["quick_replies"]] == titles[:13]
    _, row = fit([{"text": "Wybierz.", "buttons": buttons(*titles)}])
    elements = row.message["attachment"]["payload"]["elements"]
    assert [b["title"] for element in elements for b in element["buttons"]] == titles


def test_a_row_that_is_full_is_followed_by_another() -> None:
    _, *rows = fit([{"text": "Wybierz.", "buttons": buttons(*(f"Zawód {n}" for n in range(31)))}])
    assert [len(row.message["attachment"]["payload"]["elements"]) for row in rows] == [10, 1]
    cards = fit([{"text": "", "cards": [sample_card() for _ in range(12)]}])
    assert [len(row.message["attachment"]["payload"]["elements"]) for row in cards] == [10, 2]


def test_each_limit_is_used_to_the_last_character() -> None:
    """One more goes another way, and both are legal."""
    sizes = {
        "text": [fit([{"text": "x" * n}]) for n in (2000, 2001)],
        "title": [fit([{"text": "x", "buttons": buttons("t" * n)}]) for n in (20, 21)],
        "element": [fit([{"text": "", "cards": [sample_card(title="t" * n)] * 2}]) for n in (80, 81)],
        "subtitle": [fit([{"text": "", "cards": [sample_card(subtitle="t" * n)] * 2}]) for n in (80, 81)],
        "template": [
            fit([{"text": "", "cards": [sample_card(title="t", subtitle="s" * (n - 2), buttons=buttons("Tak"))]}])
            for n in (640, 641)
        ],
        "buttons": [fit([{"text": "", "cards": [sample_card(buttons=buttons(*"abcd"[:n]))] * 2}]) for n in (3, 4)],
    }
    for sends in sizes.values():
        for send in (one for way in sends for one in way):
            check_message(send.message)
    assert {name: [len(sends) for sends in ways] for name, ways in sizes.items()} == {
        "text": [1, 2],
        "title": [1, 1],
        "element": [1, 2],
        "subtitle": [1, 2],
        "template": [1, 2],
        "buttons": [1, 4],
    }
    kept, cut = (sends[0].message["quick_replies"][0]["title"] for sends in sizes["title"])
    assert (kept, cut) == ("t" * 20, "1. " + "t" * 16 + "…")


def sample_card(**more: Any) -> dict[str, Any]:
    """A card with little on it."""
    return {"kind": "course", "id": "x", "title": "Kurs", "subtitle": "60 h", "buttons": [], "facts": [], **more}


def test_short_cards_stand_side_by_side_and_a_full_one_is_written_out() -> None:
    (row,) = fit([{"text": "", "cards": [sample_card(), sample_card()]}])
    assert row.message["attachment"]["payload"]["template_type"] == "generic"
    full = sample_card(why="bo lubisz metal " * 5, url="https://example.org/kurs", buttons=buttons("Chcę się zapisać"))
    (written,) = fit([{"text": "", "cards": [full]}])
    payload = written.message["attachment"]["payload"]
    assert payload["template_type"] == "button"
    assert "Dlaczego: bo lubisz metal" in payload["text"]
    assert [b["type"] for b in payload["buttons"]] == ["web_url", "postback"]


def test_buttons_without_words_get_some() -> None:
    (send,) = fit([{"text": " ", "buttons": buttons("Kursy"), "language": "en"}])
    assert send.message["text"] == "Choose:"


def test_a_message_that_says_nothing_sends_nothing() -> None:
    assert fit([{"text": "  ", "buttons": [], "cards": []}]) == []
