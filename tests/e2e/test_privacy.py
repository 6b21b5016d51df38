"""Privacy on the running system: what is masked is gone from every file, and everything that is kept can be had."""

import re
import uuid

import pytest

from tests import http
from tests.e2e.pupil import Pupil
from tests.e2e.records import Records
from tests.e2e.system import System

pytestmark = pytest.mark.e2e

NAME, PHONE = "Kleopatra", "601 234 567"


def sign_up(pupil: Pupil) -> None:
    """Put oneself on a list, with name and phone number."""
    pupil.say("chcę się zapisać na staż")
    for answer in (NAME, "ZSM nr 3", "2b", "17 lat", PHONE, "tak"):
        reply = pupil.say(answer)
    assert "Twój kod" in reply.text
    assert PHONE not in reply.text


def test_after_a_sign_up_name_and_contact_are_in_no_table_in_plain(system: System, records: Records) -> None:
    pupil = Pupil(system.url, "pl")
    sign_up(pupil)
    (kept,) = records.signups(pupil.id)
    assert (kept.first_name, kept.contact) == (NAME, "+48601234567"), "staff see them"
    told = pupil.call("GET", f"/{pupil.id}/events?after=0").text
    assert NAME not in told
    assert PHONE not in told
    assert "[imię]" in told
    found = system.stored()
    assert kept.code in found
    assert [word for word in (NAME, PHONE, "48601234567") if word in found] == []


def test_a_form_that_was_left_leaves_nothing(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("chcę się zapisać na staż")
    pupil.say("Hortensja")
    assert "Hortensja" in system.stored(), "it is needed while the form is open"
    pupil.say("stop")
    assert "Hortensja" not in system.stored()


def test_erasing_takes_sign_ups_and_open_forms_too(system: System, records: Records) -> None:
    pupil = Pupil(system.url, "pl")
    sign_up(pupil)
    (kept,) = records.signups(pupil.id)
    pupil.say("chcę się zapisać na kurs spawania")
    pupil.say("Hortensja")
    pupil.say("ZSM nr 3 na Podgórzu")
    words = ("Hortensja", "Podgórzu", kept.code, NAME, PHONE, "48601234567")
    assert system.places("Hortensja")
    assert pupil.call("DELETE", f"/{pupil.id}").status_code == 204
    assert records.signups(pupil.id) == []
    assert [word for word in words if word in system.stored() or system.places(word)] == []


def test_words_and_a_button_lead_to_everything_that_is_kept(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("uczę się na elektryka")
    reply = pupil.say("jakie dane o mnie macie?")
    found = re.search(r"http\S+/my-data/\S+\.json", reply.text)
    assert found is not None, reply.text
    content = http.get(found[0]).json()
    assert content["talk"]["id"] == pupil.id
    assert "uczę się na elektryka" in [message.get("text") for message in content["messages"]]
    assert content["bot_remembers"]["slots"]["profession"]
    assert "uczę się na elektryka" in content["bot_remembers"]["said"]
    more = pupil.say("czy to jest anonimowe")
    assert "90" in more.text
    again = pupil.press(more.buttons["Pokaż moje dane"])
    assert "/my-data/" in again.text
    assert pupil.call("DELETE", f"/{pupil.id}").status_code == 204
    assert http.get(found[0]).status_code == 404


@pytest.mark.parametrize(("channel", "way"), [("web", "okna czatu"), ("messenger", "„Usunięcie rozmowy”")])
def test_how_to_delete_is_said_in_the_words_of_the_channel(system: System, channel: str, way: str) -> None:
    turn = {"conversation": str(uuid.uuid4()), "message_id": "1", "channel": channel, "text": "usuń moje dane"}
    token = {"Authorization": f"Bearer {system.token()}"}
    played = http.post(f"{system.rasa_url}/webhooks/turn/play", json={**turn, "new": 1}, headers=token, timeout=60)
    assert way in played.json()["messages"][0]["text"]


def test_what_rasa_must_forget_it_forgets_without_ending_the_talk(system: System) -> None:
    pupil = Pupil(system.url, "pl")
    pupil.say("uczę się na elektryka")
    tracker = f"{system.rasa_url}/webhooks/turn/trackers/{pupil.id}"
    token = {"Authorization": f"Bearer {system.token()}"}
    assert http.get(tracker).status_code == 401
    assert http.get(tracker, headers=token).json()["slots"]["profession"]
    assert http.delete(tracker, params={"again": "yes"}, headers=token).status_code == 204
    assert http.get(tracker, headers=token).json() == {"slots": {}, "said": []}
    assert pupil.say("hej").outcome == "answered"
