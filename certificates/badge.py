"""The badge: a picture of the tier that carries the signed credential (Open Badges 3.0 §5.3, “baking”)."""

from functools import cache
from importlib.resources import files
from typing import Literal

from certificates import png, svg
from certificates.credential import Credential
from certificates.errors import MalformedDocumentError
from certificates.limits import DEFAULT_LIMITS
from certificates.signed import read_signed

Suffix = Literal["png", "svg"]


def badge_png(credential: bytes) -> bytes:
    """The 512-pixel badge of the credential's tier, in its language, with the credential in it.

    `credential` is signed JSON or a VC-JWT, and comes out of the picture byte for byte.
    MalformedDocumentError when it is not a credential.
    """
    return bake_png(_picture(credential, "png"), credential)


def badge_svg(credential: bytes) -> bytes:
    """The same as a drawing."""
    return bake_svg(_picture(credential, "svg"), credential)


def bake_png(picture: bytes, credential: bytes) -> bytes:
    """Any PNG with the credential in it, in place of one it carried; ExtractionError when it is no PNG."""
    return png.with_credential(picture, _checked(credential))


def bake_svg(drawing: bytes, credential: bytes) -> bytes:
    """Any SVG with the credential in it, in place of one it carried; ExtractionError when it is no SVG.

    MalformedDocumentError also for a credential that XML cannot carry.
    """
    return svg.with_credential(drawing, _checked(credential), DEFAULT_LIMITS)


@cache
def artwork(tier: str, language: str, suffix: Suffix) -> bytes:
    """The badge of a tier such as "expert" in fr or en, nothing in it yet; drawn by certificates.badge_drawing."""
    return (files("certificates") / "artwork" / f"badge-{tier}.{language}.{suffix}").read_bytes()


def _picture(credential: bytes, suffix: Suffix) -> bytes:
    achievement = Credential.from_dict(read_signed(credential).content).achievement
    return artwork(achievement.tier, achievement.language, suffix)


def _checked(credential: bytes) -> bytes:
    if credential.strip() != credential:
        raise MalformedDocumentError("A credential to be carried by a picture has no space around it.")
    read_signed(credential)
    return DEFAULT_LIMITS.checked(credential)
