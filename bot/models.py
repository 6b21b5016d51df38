"""Which model Rasa serves, and the change to another one while turns go on.

A folder holds models (`NAME.tar.gz`) with a note of the checksum that our training made (`NAME.json`). Rasa loads no
other file: a model is a program.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
from pathlib import Path
from typing import Text

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor

# What a model must understand before it is used.
TRIED = "hej"


class BadModel(Exception):
    """The file is not there, not the one that our training made, or does not work."""


def checked(file: Path) -> Path:
    """The file that a link leads to. Raises BadModel unless its note says what it holds."""
    model = file.parent / file.readlink() if file.is_symlink() and file.name == "current" else file
    note = model.with_name(model.name.replace(".tar.gz", ".json"))
    digest = hashlib.sha256()
    try:
        with model.open("rb") as content:
            while part := content.read(1 << 20):
                digest.update(part)
        noted = json.loads(note.read_text())["sha256"]
    except (OSError, ValueError, KeyError) as problem:
        raise BadModel(f"{model.name}: {type(problem).__name__}") from problem
    if digest.hexdigest() != noted:
        raise BadModel(f"{model.name} was changed after its training")
    return model


async def change(agent: Agent, file: Path) -> Text:
    """Serve another model from now on; its name. Turns that are being played end with the one that they began with.

    The present model goes on answering while the other is loaded and tried. Raises BadModel; then nothing changes.
    """
    model = checked(file)
    processor = await asyncio.get_running_loop().run_in_executor(None, _load, agent, model)
    try:
        await processor.parse_message(UserMessage(TRIED))
    except Exception as problem:
        raise BadModel(f"{model.name} does not understand: {type(problem).__name__}") from problem
    # The former model is to be found as garbage (`lean.settle`).
    gc.unfreeze()
    agent.processor, agent.domain = processor, processor.domain
    agent.tracker_store.domain = agent.domain
    return name_of(agent)


def name_of(agent: Agent) -> Text:
    """The name of the model that is served; empty without one."""
    return str(agent.processor.model_filename) if agent and agent.processor else ""


def _load(agent: Agent, model: Path) -> MessageProcessor:
    try:
        return MessageProcessor(
            model_path=model,
            tracker_store=agent.tracker_store,
            lock_store=agent.lock_store,
            action_endpoint=agent.action_endpoint,
            generator=agent.nlg,
            http_interpreter=agent.http_interpreter,
        )
    except Exception as problem:
        raise BadModel(f"{model.name} cannot be loaded: {type(problem).__name__}") from problem
