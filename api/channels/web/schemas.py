"""Bodies of the web channel (contract)."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator


class OpenConversation(BaseModel):
    """`language` is null when the page does not know it."""

    model_config = ConfigDict(extra="forbid")

    language: Literal["pl", "en"] | None = None


class OpenedConversation(BaseModel):
    """The token is shown once; all other calls carry it."""

    id: str
    token: str
    language: Literal["pl", "en"] | None


class SendMessage(BaseModel):
    """Either what the pupil typed or the payload of a button; `client_id` makes a repetition harmless."""

    model_config = ConfigDict(extra="forbid")

    client_id: UUID
    text: str | None = None
    payload: Annotated[str | None, Field(max_length=500)] = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.text is None) == (self.payload is None):
            raise ValueError("give either `text` or `payload`")
        return self


class SentMessage(BaseModel):
    """The number of the stored message."""

    seq: int


class Feedback(BaseModel):
    """How the pupil liked the talk, 1 to 5."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=1, le=5)]
    comment: Annotated[str | None, Field(max_length=1000)] = None
