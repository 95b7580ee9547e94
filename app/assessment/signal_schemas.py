"""The shape of what the script of integrity signals sends."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

LARGEST_BODY = 4 * 1024  # bytes: twenty events take two
MOST_AT_ONCE = 20  # of each
DAY_S = 24 * 3600

Ago = Annotated[int, Field(ge=0, le=DAY_S, strict=True)]  # seconds between what happened and the sending


class HiddenSent(BaseModel):
    """The page was hidden for so many seconds, and came back `ago`."""

    model_config = ConfigDict(extra="forbid")

    seconds: Annotated[int, Field(ge=1, le=DAY_S, strict=True)]
    ago: Ago


class PasteSent(BaseModel):
    """So many characters were pasted into a question; what they were is never sent."""

    model_config = ConfigDict(extra="forbid")

    slot: Annotated[int, Field(ge=1, le=9999, strict=True)] | None
    characters: Annotated[int, Field(ge=1, le=1_000_000, strict=True)]
    ago: Ago


class SignalsSent(BaseModel):
    """What happened since the last sending; both lists are empty when a page has only just been opened."""

    model_config = ConfigDict(extra="forbid")

    v: Literal[1]
    hidden: Annotated[list[HiddenSent], Field(max_length=MOST_AT_ONCE)] = []
    pasted: Annotated[list[PasteSent], Field(max_length=MOST_AT_ONCE)] = []
