"""The shape of what the exam page's script sends."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

PLAIN = r"^[!-~ ]*$"  # printable ASCII: what a database stores without a doubt
PLAIN_KEY = re.compile(r"[A-Za-z0-9-]{1,64}")
LARGEST_BODY = 48 * 1024  # bytes; a browser's keepalive request allows 64 KiB


class AnswerSent(BaseModel):
    """One answer: `rev` is the last revision its sender knew, plus one."""

    model_config = ConfigDict(extra="forbid")

    v: Literal[1]
    rev: Annotated[int, Field(ge=1, le=1_000_000)]
    payload: dict[str, Any] | None
    tab: Annotated[str, Field(pattern=PLAIN, max_length=64)] | None = None
    client_at: Annotated[str, Field(pattern=PLAIN, max_length=40)] | None = None


class FlagSent(BaseModel):
    """Is the question marked to come back to?"""

    model_config = ConfigDict(extra="forbid", strict=True)

    flagged: bool
