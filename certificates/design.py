"""How a certificate looks, as an administrator chose it: data, never code."""

from dataclasses import dataclass
from typing import Literal, get_args

from certificates.errors import RenderingError
from certificates.logo import read_logo

Style = Literal["span", "classic", "plain"]
Language = Literal["fr", "en"]
STYLES: tuple[Style, ...] = get_args(Style)
LANGUAGES: tuple[Language, ...] = get_args(Language)


@dataclass(frozen=True, slots=True)
class Design:
    """One of three artworks, who signs, a logo, and whether the page speaks a second language.

    `span` is the bridge across the page, `classic` a frame and a seal, `plain` type alone. Without a
    signatory (no name, or the issuer's own) the issuer signs for itself. `signatory_role` is in the
    certificate's language. `logo` holds the bytes of a PNG file, as read_logo takes them.
    """

    style: Style = "span"
    signatory_name: str = ""
    signatory_role: str = ""
    logo: bytes | None = None
    second_language: Language | None = None

    def __post_init__(self) -> None:
        if self.style not in STYLES:
            raise RenderingError(f"There is no certificate drawn as “{self.style}”.")
        if self.second_language not in (None, *LANGUAGES):
            raise RenderingError(f"There is no certificate in “{self.second_language}”.")
        if self.logo is not None:
            read_logo(self.logo)


DEFAULT_DESIGN = Design()
