"""One turn of the dialogue: a pupil's message in, the bot's messages out (design §3, step 3).

This walks the same steps as Rasa's MessageProcessor, with five differences: a message id that was already played gives
back the same answer; text never acts as a command, only a payload does; the language of the message is decided before
the dialogue goes on; a message with several wishes gets an answer to each; an action that fails ends the turn with an
error instead of silence.
"""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any, Dict, Iterable, List, NamedTuple, Optional, Sequence, Set, Text

import aiohttp
from rasa.core.actions.action import ActionExecutionRejection
from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.constants import ACTION_LISTEN_NAME, REQUESTED_SLOT
from rasa.shared.core.events import ActionExecutionRejected, BotUttered, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import ClientResponseError

from bot.corrections import corrected, liked, named_alone
from bot.wishes import clauses, doubtful, leads_on, wishes

CHANNEL = "turn"
COUNSELLOR = "counsellor"
LANGUAGE_SLOT = "language"
LANGUAGES = ("pl", "en")
MOST_ACTIONS = 12
# An action takes milliseconds; one that has not answered by now hangs, and the turn is played again later.
ACTION_SECONDS = 20.0

UNSURE_BELOW = 0.40
# Below this somebody looks at what was understood (`HARDLY_SURE` in `api/conversations/doubts.py`).
SURE_FROM = 0.60
NOT_UNDERSTOOD = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0}
# What a form's question is usually answered with; a little likelihood is enough while the form waits for it.
EXPECTED = {"guidance_form": ("inform_qualification", "inform_interest", "ask_courses")}
EXPECTED_FROM = 0.15
# Steps of forms that are answered with names and the like, which tell no language.
OWN_WORDS = ("first_name", "school_name", "form_class", "contact")
# A cry that the detectors of the API missed, and of which they are not sure that it is none (docs/safety.md).
SAFETY_FROM = 0.70
SAFETY_INTENTS = ("crisis", "report_violence", "distress")
# Words that mean something else in the other language, by the language of the talk.
HOMOGRAPHS = {"no": {"pl": "affirm", "en": "deny"}, "ta": {"pl": "affirm", "en": "thank"}}
PAYLOAD = re.compile(r"^/(?P<intent>[a-z_]+)(?P<entities>\{.*\})?$", re.DOTALL)

# The action server has no database; the proxy before it finds no server that lives, or lost it within the call.
AWAY = (502, 503, 504)


class TurnFailed(Exception):
    """An action has a bug or said nothing; playing the turn again would end the same way."""


class ActionsAway(Exception):
    """The action server does not answer now; the turn may be played again later."""


class BadPayload(ValueError):
    """The payload is not `/intent` or `/intent{"entity": "value"}`."""


class Turn(NamedTuple):
    """What the heart sends. Exactly one of `text` and `payload` is set; `language` is the conversation's so far.

    `channel` is where the pupil writes: actions read it from the tracker.

    `calm`: the detectors of the API are sure that the text is no cry for help, so that no guess makes it one.

    `said` is what a counsellor has written since the bot's last turn: the bot should know it.

    `catalogue` is the version of the catalogue whose names the bot should know; without it the action server is asked.
    """

    conversation: str
    message_id: str
    text: Optional[str] = None
    payload: Optional[str] = None
    language: Optional[str] = None
    calm: bool = False
    said: Sequence[str] = ()
    channel: str = CHANNEL
    catalogue: Optional[int] = None


class _NoOutput(OutputChannel):
    """The answer is read from the tracker, so nothing is sent on the way."""

    @classmethod
    def name(cls) -> Text:
        return CHANNEL

    async def send_response(self, recipient_id: Text, message: Dict[Text, Any]) -> None:
        return None


async def play(processor: MessageProcessor, turn: Turn) -> Dict[str, Any]:
    """The bot's answer to the turn: `messages`, `language` and what was understood (`nlu`).

    A turn with an id that the tracker knows is not played again. Raises TurnFailed, ActionsAway or BadPayload, or what
    the tracker store raises; then nothing of the turn is kept.
    """
    output = _NoOutput()
    tracker = await processor.fetch_tracker_and_update_session(turn.conversation, output)
    if not _was_played(tracker, turn.message_id):
        for line in turn.said:
            tracker.update(BotUttered(line, metadata={"sender": COUNSELLOR}), processor.domain)
        parsed = await _understand(processor, tracker, turn)
        parsed = calmed(parsed) if turn.calm else parsed
        known_language = tracker.get_slot(LANGUAGE_SLOT) or turn.language
        language = known_language if is_own_words(tracker, parsed) else None
        language = language or choose_language(parsed, known_language)
        tracker.update(SlotSet(LANGUAGE_SLOT, language), processor.domain)
        for wish in await heard(processor, parsed, language, tracker.active_loop_name):
            tracker.update(_utterance(turn, wish), processor.domain)
            tracker = await processor.run_action_extract_slots(output, tracker)
            await _act(processor, tracker, output)
        if not any(message["text"].strip() or message.get("cards") for message in _messages(tracker, turn.message_id)):
            raise TurnFailed("The bot said nothing.")
        await processor.save_tracker(tracker)
    return _answer(tracker, turn.message_id)


def is_own_words(tracker: DialogueStateTracker, parsed: Dict[str, Any]) -> bool:
    """Whether a form waits for a name or the like and the message is no question: "ZSM nr 3" tells no language."""
    waits = bool(tracker.active_loop_name) and tracker.get_slot(REQUESTED_SLOT) in OWN_WORDS
    return waits and not parsed["text"].rstrip().endswith("?")


def choose_language(parsed: Dict[str, Any], current: Optional[str]) -> str:
    """The language to answer in: that of the message when it tells, else that of the talk, else the best guess."""
    detected = parsed.get("language")
    if detected in LANGUAGES and (parsed.get("language_sure") or current is None):
        return str(detected)
    return current or "pl"


def is_foreign(parsed: Dict[str, Any]) -> bool:
    """Whether a message is surely in a language that the bot does not speak."""
    return bool(parsed.get("language_sure")) and parsed.get("language") not in LANGUAGES


def calmed(parsed: Dict[str, Any]) -> Dict[str, Any]:
    """A parsed message of which no guess is a cry for help: it is neither answered as one nor offered as a button."""
    if "intent_ranking" not in parsed:
        return parsed
    left = [guess for guess in parsed["intent_ranking"] if guess["name"] not in SAFETY_INTENTS]
    left = left or [dict(NOT_UNDERSTOOD)]
    return {**parsed, "intent": left[0], "intent_ranking": left}


def decide_intent(parsed: Dict[str, Any], language: str, form: Optional[str] = None) -> Dict[str, Any]:
    """The intent that the dialogue acts on: a cry for help, or another guess, when it is sure enough.

    While a form waits for an answer, "I'm learning to be an electrician" is that answer rather than a question about
    the job: an intent that the form expects wins when the message names a subject. A button means what it means. A
    message in a third language counts as not understood. `/model/parse` keeps the classifier's own ranking; this
    decision is taken here, so that its names stay those of the contract.
    """
    ranking = parsed.get("intent_ranking")
    if ranking is None:
        return dict(parsed["intent"])
    word = parsed["text"].strip(" .,!").lower()
    if word in HOMOGRAPHS:
        return {"name": HOMOGRAPHS[word][language], "confidence": 1.0}
    for guess in ranking:
        if guess["name"] in SAFETY_INTENTS and guess["confidence"] >= SAFETY_FROM:
            return dict(guess)
    ranking = [guess for guess in ranking if guess["name"] not in SAFETY_INTENTS]
    own = corrected(parsed) or named_alone(parsed, form) or liked(parsed, form)
    if own:
        return own
    for guess in ranking:
        likely = guess["confidence"] >= EXPECTED_FROM
        if likely and parsed["entities"] and guess["name"] in EXPECTED.get(form or "", ()):
            return dict(guess)
    if is_foreign(parsed) or not ranking or ranking[0]["confidence"] < UNSURE_BELOW:
        return dict(NOT_UNDERSTOOD)
    return dict(ranking[0])


def parse_payload(payload: str) -> Dict[str, Any]:
    """What a button means, in the shape of parsed text. Raises BadPayload."""
    match = PAYLOAD.match(payload)
    if match is None:
        raise BadPayload(payload)
    try:
        values = json.loads(match["entities"] or "{}")
    except ValueError as error:
        raise BadPayload(payload) from error
    entities = [
        {"entity": name, "value": value, "extractor": "button"}
        for name, given in values.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    return {"text": payload, "intent": {"name": match["intent"], "confidence": 1.0}, "entities": entities}


async def _understand(processor: MessageProcessor, tracker: DialogueStateTracker, turn: Turn) -> Dict[str, Any]:
    if turn.payload is not None:
        parsed = parse_payload(turn.payload)
        if parsed["intent"]["name"] not in processor.domain.intents:
            raise BadPayload(turn.payload)
        return parsed
    # Rasa takes a leading slash for a command; nothing that a pupil types is one.
    text = (turn.text or "").strip().lstrip("/").strip() or "?"
    return dict(await processor.parse_message(UserMessage(text, sender_id=turn.conversation), tracker))


async def heard(
    processor: MessageProcessor, parsed: Dict[str, Any], language: str, form: Optional[str] = None
) -> List[Dict[str, Any]]:
    """What to answer: the message as a whole, or its parts where it asks for several things (`bot/wishes.py`).

    A cry for help is answered alone; it is not looked for in the parts, because the detectors read those, too. A form
    that asks for a name or a place takes the message whole. A second wish that is not sure is offered rather than
    dropped: it comes as a message that was not understood, with one guess.
    """
    intent = decide_intent(parsed, language, form)
    answered = {**parsed, "intent": intent}
    whole_only = (
        "intent_ranking" not in parsed
        or is_foreign(parsed)
        or intent["name"] in SAFETY_INTENTS
        or form not in (None, "guidance_form")
    )
    parts = [] if whole_only else clauses(parsed["text"], language)
    if len(parts) < 2:
        return [answered]
    understood = [(part, dict(await processor.parse_message(UserMessage(part.text)))) for part in parts]
    if found := wishes(parsed, understood):
        return found
    doubt = None if form else doubtful(answered, understood)
    if doubt is None:
        return [answered]
    offered = {**doubt, "intent": dict(NOT_UNDERSTOOD), "intent_ranking": [doubt["intent"]], "second": True}
    return [offered, answered] if leads_on(intent["name"]) else [answered, offered]


def _utterance(turn: Turn, parsed: Dict[str, Any]) -> UserUttered:
    return UserUttered(
        parsed["text"],
        parsed["intent"],
        parsed["entities"],
        parsed,
        input_channel=turn.channel,
        message_id=turn.message_id,
    )


async def _act(processor: MessageProcessor, tracker: DialogueStateTracker, output: OutputChannel) -> None:
    """Run the actions that the policies predict until the bot listens again."""
    for _ in range(MOST_ACTIONS):
        action, prediction = processor.predict_next_with_tracker_if_should(tracker)
        try:
            draft = tracker.copy()
            draft.update_with_events(prediction.events, processor.domain)
            run = action.run(output, processor.nlg, draft, processor.domain)
            events: List[Event] = await asyncio.wait_for(run, ACTION_SECONDS)
        except ActionExecutionRejection:
            rejected = ActionExecutionRejected(action.name(), prediction.policy_name, prediction.max_confidence)
            tracker.update(rejected)
            continue
        except asyncio.TimeoutError as error:
            raise ActionsAway(action.name()) from error
        except RasaException as error:
            if _is_away(error.__context__):
                raise ActionsAway(action.name()) from error
            raise TurnFailed(action.name()) from error
        processor._log_action_on_tracker(tracker, action, events, prediction)
        if action.name() == ACTION_LISTEN_NAME:
            return
    raise TurnFailed(f"The dialogue did not come to rest within {MOST_ACTIONS} actions.")


def _is_away(cause: Optional[BaseException]) -> bool:
    """Whether an action failed because its server, or what the server needs, does not answer now."""
    if isinstance(cause, ClientResponseError):
        return cause.status in AWAY
    return isinstance(cause, (aiohttp.ClientConnectionError, aiohttp.ClientPayloadError))


def _was_played(tracker: DialogueStateTracker, message_id: str) -> bool:
    return any(isinstance(event, UserUttered) and event.message_id == message_id for event in tracker.events)


def _messages(tracker: DialogueStateTracker, message_id: str) -> List[Dict[str, Any]]:
    """What the bot said between this message and the next one."""
    said: List[Dict[str, Any]] = []
    inside = False
    for event in tracker.events:
        if isinstance(event, UserUttered):
            inside = event.message_id == message_id
        elif inside and isinstance(event, BotUttered) and event.metadata.get("sender") != COUNSELLOR:
            custom = event.data.get("custom") or {}
            said.append({"text": event.text or "", "buttons": event.data.get("buttons") or [], **custom})
    return said


def answers_form(events: Iterable[Event], message_id: str) -> bool:
    """Whether a form took the message for what it asks: it fills the slot asked for, or corrects one asked before."""
    asked: Optional[str] = None
    ever: Set[str] = set()
    inside = False
    for event in events:
        if isinstance(event, UserUttered):
            if inside and event.message_id != message_id:
                break
            inside = event.message_id == message_id
        elif isinstance(event, SlotSet) and not inside and event.key == REQUESTED_SLOT:
            asked = event.value
            ever.update([asked] if asked else [])
        elif isinstance(event, SlotSet) and inside and asked and event.key in ever and event.value is not None:
            return True
    return False


def _answer(tracker: DialogueStateTracker, message_id: str) -> Dict[str, Any]:
    heard = next(event for event in tracker.events if isinstance(event, UserUttered) and event.message_id == message_id)
    entities = [
        {name: entity[name] for name in ("entity", "value", "role") if entity.get(name)} for entity in heard.entities
    ]
    intent, confidence = heard.intent.get("name"), heard.intent.get("confidence")
    unsure = intent == DEFAULT_NLU_FALLBACK_INTENT_NAME or (confidence or 0.0) < SURE_FROM
    if unsure and answers_form(tracker.events, message_id):
        # Nobody has to look at "Ola" or "3b": the form understood what the classifier could not.
        intent, confidence = (intent if str(intent).startswith("inform_") else None), None
    return {
        "messages": _messages(tracker, message_id),
        "language": tracker.get_slot(LANGUAGE_SLOT),
        "nlu": {
            "intent": intent,
            "confidence": confidence,
            "entities": entities,
        },
    }
