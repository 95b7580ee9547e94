"""The PDF: one page drawn by WeasyPrint (PDF/A-3a, PDF/UA-1) with the signed credential inside."""

import atexit
import hashlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any

from certificates.composition import page_html
from certificates.design import Language
from certificates.errors import CertificateError, RenderingError
from certificates.fonts import font_path
from certificates.page import CertificatePage
from certificates.pictures import artwork
from certificates.placement import check_zones, mark_language
from certificates.wording import WORDINGS

ATTACHMENT = "credential.json"
JWT_ATTACHMENT = "credential.jwt"

_SHEETS = ("base.css", "span.css", "classic.css", "plain.css")
# Pango's fonts belong to one thread at a time, and we keep them loaded between pages.
_RENDERING_LOCK = threading.Lock()
# PDF/UA-1 identification, and the extension schema PDF/A asks for to allow it (ISO 19005-3 §6.6.2.3).
_UA_METADATA = (
    b'<rdf:Description xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/" rdf:about="" pdfuaid:part="1"/>'
    b'<rdf:Description xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"'
    b' xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"'
    b' xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#" rdf:about="">'
    b'<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">'
    b"<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>"
    b"<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>"
    b"<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>"
    b'<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">'
    b"<pdfaProperty:name>part</pdfaProperty:name>"
    b"<pdfaProperty:valueType>Integer</pdfaProperty:valueType>"
    b"<pdfaProperty:category>internal</pdfaProperty:category>"
    b"<pdfaProperty:description>Part of ISO 14289 the file conforms to</pdfaProperty:description>"
    b"</rdf:li></rdf:Seq></pdfaSchema:property>"
    b"</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>"
)


def render(
    page: CertificatePage,
    *,
    credential_bytes: bytes,
    language: str,
    created: datetime,
    jwt: str | None = None,
) -> bytes:
    """The certificate as PDF, the same bytes for the same arguments and library versions.

    The signed credential is attached as `credential.json` and, when `jwt` is given, in that form as
    `credential.jwt`. `created` (aware) dates the file and its attachments. RenderingError when a text cannot be drawn
    whole inside its box, no installed font has one of its signs (scripts other than Latin, Greek and
    Cyrillic come from the system's fonts), or the page asks for anything from outside.
    """
    moment = created.astimezone(UTC).replace(microsecond=0)
    source = page_html(page, language=language, created=moment)
    identifier = hashlib.sha256(credential_bytes).hexdigest()[:32].encode("ascii")
    with _RENDERING_LOCK:
        attachments = _attachments(credential_bytes, jwt, language, moment)
        return _write(_lay_out(source), attachments, identifier, page.design.second_language)


def preload() -> None:
    """Import the renderer and load its fonts now, so that the first certificate is not slower."""
    with _RENDERING_LOCK:
        _stylesheet()


def _lay_out(source: str) -> Any:
    from weasyprint import HTML
    from weasyprint.urls import FatalURLFetchingError

    stylesheet, fonts = _stylesheet()
    try:
        return HTML(string=source, url_fetcher=_fetcher()).render(
            font_config=fonts, stylesheets=[stylesheet], pdf_variant="pdf/a-3a"
        )
    except FatalURLFetchingError as error:
        raise RenderingError("The page asked for something that is not part of it.") from error


def _write(document: Any, attachments: list[Any], identifier: bytes, second: Language | None) -> bytes:
    if len(document.pages) != 1:
        raise RenderingError("The certificate does not hold on one page.")
    check_zones(document)
    document.metadata.generate_rdf_metadata = partial(_with_ua, document.metadata.generate_rdf_metadata)
    data: bytes = document.write_pdf(
        pdf_variant="pdf/a-3a", pdf_identifier=identifier, attachments=attachments, finisher=partial(_finish, second)
    )
    missing = {chr(code) for font in document.fonts.values() for code in font.missing}
    if missing:
        raise RenderingError(f"No font installed here can draw {' '.join(sorted(missing))}.")
    return data


@cache
def _stylesheet() -> tuple[Any, Any]:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    # It removes its files when it is forgotten, which must happen before the interpreter is half gone.
    atexit.register(_stylesheet.cache_clear)
    return CSS(string="".join(map(artwork, _SHEETS)), url_fetcher=_fetcher(), font_config=fonts), fonts


@cache
def _fetcher() -> Any:
    from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

    class ClosedFetcher(URLFetcher):  # type: ignore[misc]
        """Answers font: from the installed packages and data: from itself; everything else ends the drawing."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> Any:
            """The resource at `url`."""
            scheme, _, name = url.partition(":")
            if scheme == "data":
                return super().fetch(url, headers)
            if scheme != "font":
                raise FatalURLFetchingError(f"{url} is not part of the certificate")
            try:
                return URLFetcherResponse(url, font_path(name).read_bytes(), {"Content-Type": "font/otf"})
            except (CertificateError, OSError) as error:
                raise FatalURLFetchingError(str(error)) from error

    return ClosedFetcher(allowed_protocols=("data",), allow_redirects=False)


def _attachments(credential_bytes: bytes, jwt: str | None, language: str, moment: datetime) -> list[Any]:
    wording = WORDINGS[language]
    proofs = [_attachment(ATTACHMENT, credential_bytes, wording.attachment, moment)]
    if jwt is not None:
        if not jwt.isascii():
            raise RenderingError("A JWT is written in ASCII.")
        proofs.append(_attachment(JWT_ATTACHMENT, jwt.encode("ascii"), wording.jwt_attachment, moment))
    return proofs


def _attachment(name: str, data: bytes, description: str, moment: datetime) -> Any:
    from weasyprint import Attachment

    return Attachment(
        string=data,
        url_fetcher=_fetcher(),
        name=name,
        description=description,
        created=moment,
        modified=moment,
        relationship="Data",
    )


def _with_ua(generate: Callable[..., bytes], *arguments: Any, **options: Any) -> bytes:
    """The XMP metadata of PDF/A, claiming PDF/UA-1 as well."""
    metadata, end, _ = generate(*arguments, **options).rpartition(b"</rdf:RDF>")
    return metadata + _UA_METADATA + end


def _finish(second: Language | None, _document: Any, pdf: Any) -> None:
    """Show the title rather than the file name, list each attachment once, mark the second language (asked by ISO)."""
    if second is not None:
        mark_language(pdf, second)
    pdf.catalog["ViewerPreferences"] = "<< /DisplayDocTitle true >>"
    pdf.catalog["AF"] = type(pdf.catalog["AF"])(dict.fromkeys(pdf.catalog["AF"]))
