"""A double of Rasa's turn channel (`bot/channel.py`): the same calls, a scripted answer, at once."""

from typing import Any

from fastapi import FastAPI, Response

app = FastAPI()
turns: list[dict[str, Any]] = []
answers: dict[tuple[str, str], dict[str, Any]] = {}


@app.get("/webhooks/turn/ready")
async def ready() -> dict[str, list[str]]:
    """Always."""
    return {"missing": []}


@app.post("/webhooks/turn/play")
async def play(turn: dict[str, Any]) -> dict[str, Any]:
    """The same message id gives the same answer and is played once."""
    key = (turn["conversation"], turn["message_id"])
    if key not in answers:
        turns.append(turn)
        said = turn["text"] if turn["text"] is not None else turn["payload"]
        message = {"text": f"Odpowiedź: {said}", "buttons": [{"title": "Kursy", "payload": "/ask_courses"}]}
        answers[key] = {"messages": [message], "language": "pl", "nlu": {"intent": "greet", "confidence": 1.0}}
    return answers[key]


@app.delete("/webhooks/turn/trackers/{conversation}", status_code=204)
async def forget(conversation: str) -> Response:
    """Forgets nothing, but says so."""
    return Response(status_code=204)


@app.get("/turns")
async def all_turns() -> list[dict[str, Any]]:
    """What was played, in order."""
    return turns
