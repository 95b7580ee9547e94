"""The shape of what the exam page's script sends."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class AnswerSent(BaseModel):
    """One answer: `rev` is the last revision its sender knew, plus one."""

    model_config = ConfigDict(extra="forbid")

    v: Literal[1]
    rev: Annotated[int, Field(ge=1, le=1_000_000)]
    payload: dict[str, Any] | None
    tab: Annotated[str, Field(max_length=64)] | None = None
    client_at: Annotated[str, Field(max_length=40)] | None = None
