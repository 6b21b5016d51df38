"""Classes against violence, discrimination and inequality: what they are, and asking for one for a group."""

import re

from actions import bookings, forms
from actions.registry import action, database
from actions.talk import Talk
from api.catalogue.cards import helpline_card, programme_card
from api.catalogue.kinds import Helpline, Programme
from api.person import AgeGroup
from api.requests import service as requests
from api.requests.models import Kind
from api.texts import text

FORM = "prevention_form"
STEPS = ("school_name", "form_class", "topic", "age_group", "parent", "contact", "consent")
PROGRAMME = "zajecia-antyprzemocowe-ppp"
HELPLINE = "116111"
WISH = re.compile(r"zam[óo]wi|zg[łl]osi|um[óo]wi|zapisa|\bbook|request|order|sign up|arrange", re.IGNORECASE)


@action("action_prevention_class")
def prevention_class(talk: Talk) -> None:
    """What the classes are, and the way to ask for one; at once when the message asks for that."""
    if talk.entities("request") or (talk.ranking and WISH.search(talk.typed)):
        start(talk)
        return
    programme = talk.catalogue.find(Programme, PROGRAMME)
    cards = [programme_card(talk.catalogue, programme, talk.language)] if programme else []
    talk.slot("offer", "action_request_class")
    talk.say("prevention.about", cards=cards, buttons=("request_class", "clinic"))


@action("action_request_class")
def start(talk: Talk) -> None:
    """Start a request."""
    forms.begin(talk, FORM)


@action("validate_prevention_form")
async def validate_prevention_form(talk: Talk) -> None:
    """Take from the message what the request can use."""
    asked = talk.tracker.get_slot("requested_slot")
    await forms.listen(talk, FORM)
    if asked == "topic" and talk.intent == "report_violence" and talk.tracker.get_slot("topic"):
        # The topic was taken as one; should it be more than a topic, help is in sight.
        line = talk.catalogue.find(Helpline, HELPLINE)
        talk.say("prevention.help_too", cards=[helpline_card(talk.catalogue, line, talk.language)] if line else [])


@action("action_submit_prevention")
async def submit(talk: Talk) -> None:
    """Note the request and confirm it with its code; or say why nothing was noted."""
    slot = talk.tracker.get_slot
    if slot("consent") != "yes":
        forms.clear(talk)
        talk.say("forms.parent_first", buttons=("clinic", "help"))
        return
    async with database().transaction() as session:
        request = await requests.ask(
            session,
            talk.tracker.sender_id,
            Kind.PREVENTION_CLASS,
            school=str(slot("school_name")),
            grade=str(slot("form_class")),
            topic=str(slot("topic")),
            contact=str(slot("contact")),
            age_group=AgeGroup(slot("age_group")),
            parent_agreed=slot("parent") == "agreed",
            language=talk.language,
        )
    forms.clear(talk)
    taking_back = bookings.withdraw_button(talk, request)
    talk.say("prevention.done", code=request.code, buttons=[taking_back, "clinic", "help"])


async def choose(talk: Talk, asked: str) -> bool:
    """Set the topic of a button."""
    for topic in talk.entities("class_topic"):
        forms.fill(talk, "topic", text(f"prevention.topic_{topic}", talk.language))
    return bool(talk.entities("class_topic"))


forms.form(FORM, STEPS, "prevention", choose)
