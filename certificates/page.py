"""The certificate's page as data: what it says, and how it is drawn."""

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from certificates.design import DEFAULT_DESIGN, Design
from certificates.errors import RenderingError
from certificates.texts import Exam, Facts, Twin

__all__ = ["CertificatePage", "Exam", "Twin"]


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """The texts of one page and its design; `tier` counts from 1, `public_id` has 26 signs.

    Every text is in the certificate's language, but for `twin`, needed when the design has a second one.
    """

    issuer_name: str
    issuer_line: str
    holder: str
    achievement: str
    tier: int
    skills: tuple[str, ...]
    exam: Exam
    issued: date
    expires: date | None
    public_id: str
    verification_url: str
    design: Design = DEFAULT_DESIGN
    twin: Twin | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.tier <= 4:
            raise RenderingError("A certificate is of tier 1 to 4.")
        if urlsplit(self.verification_url).scheme not in ("https", "http"):
            raise RenderingError("The verification address is a web address.")
        if self.design.second_language is not None and self.twin is None:
            raise RenderingError("A certificate in two languages needs its texts in both.")

    @property
    def says(self) -> tuple[Twin, ...]:
        """What is said in the first language, and in the second when there is one."""
        own = Twin(self.achievement, self.skills, self.issuer_line, self.design.signatory_role)
        return (own,) if self.design.second_language is None or self.twin is None else (own, self.twin)

    @property
    def facts(self) -> Facts:
        """What is said in every language."""
        by_itself = self.design.signatory_name in ("", self.issuer_name)
        signatory = "" if by_itself else self.design.signatory_name
        return Facts(self.issuer_name, signatory, self.tier, self.exam, self.issued, self.expires)
