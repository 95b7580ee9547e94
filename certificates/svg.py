"""A credential in an SVG: the one element that Open Badges 3.0 §5.3.2 describes.

Read with expat and nothing around it: a document type, and so every entity, is refused before it
is used, nothing is ever fetched, and depth, elements and text are counted. Namespaces are looked
up here, for this one element, because expat copies a namespace into the name of every element: a
long one in a small file would cost minutes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from certificates.errors import ExtractionError, MalformedDocumentError
from certificates.limits import Limits

NAMESPACE = "https://purl.imsglobal.org/ob/v3p0"
_SVG_NAMESPACE = "http://www.w3.org/2000/svg"
_MAX_DEPTH = 100
_MAX_ELEMENTS = 100_000
_DECLARATION = f' xmlns:openbadges="{NAMESPACE}"'.encode()
# What XML cannot carry, or would hand back changed.
_UNWRITABLE = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TAG = re.compile(rb"""<[^\s<>"'/]+(?P<attributes>(?:"[^"]*"|'[^']*'|[^<>"'])*?)(?P<empty>/?)>""")


def credential_in_svg(data: bytes, limits: Limits) -> bytes:
    """What the drawing's only credential element says; ExtractionError when there is none, or two."""
    scan = _scan(data, limits)
    if scan.credential is None:
        raise ExtractionError("The drawing carries no credential.")
    return limits.checked(scan.credential.strip().encode("utf-8"))


def with_credential(drawing: bytes, credential: bytes, limits: Limits) -> bytes:
    """The drawing with the credential directly after its <svg> tag, in place of one it had.

    JSON goes into the element's body, a VC-JWT into its `verify` attribute.
    """
    scan = _scan(drawing, limits)
    if scan.span is not None:
        drawing = drawing[: scan.span[0]] + drawing[scan.span[1] :]
    tag = _TAG.match(drawing, scan.root)
    if tag is None or tag["empty"]:
        raise ExtractionError("The drawing is empty.")
    name_end = tag.start("attributes")
    declaration = b"" if b"xmlns:openbadges" in tag["attributes"] else _DECLARATION
    if scan.prefix not in (None, NAMESPACE):
        raise ExtractionError("The drawing calls something else “openbadges”.")
    return (
        drawing[:name_end] + declaration + drawing[name_end : tag.end()] + _element(credential) + drawing[tag.end() :]
    )


def _element(credential: bytes) -> bytes:
    text = credential.decode("utf-8")
    if _UNWRITABLE.search(text) or text != text.strip():
        raise MalformedDocumentError("The credential has a sign that XML cannot carry.")
    if not text.startswith("{"):
        return f'<openbadges:credential verify="{text}"></openbadges:credential>'.encode()
    body = text.replace("]]>", "]]]]><![CDATA[>")
    return f"<openbadges:credential><![CDATA[{body}]]></openbadges:credential>".encode()


@dataclass(slots=True)
class _Scan:
    """What was found: where the root's tag begins, what its openbadges prefix means, the credential and its span."""

    data: bytes
    limits: Limits
    parser: expat.XMLParserType
    root: int = -1
    prefix: str | None = None
    credential: str | None = None
    span: tuple[int, int] | None = None
    scopes: list[Mapping[str, str]] = field(default_factory=list)
    elements: int = 0
    begin: int = 0
    inside: int = 0
    pieces: list[str] = field(default_factory=list)
    length: int = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        self.elements += 1
        if self.inside or len(self.scopes) >= _MAX_DEPTH or self.elements > _MAX_ELEMENTS:
            raise ExtractionError("The drawing is too deep, too long, or has a drawing in its credential.")
        self.scopes.append({key[6:]: value for key, value in attributes.items() if key.startswith("xmlns")})
        prefix, _, local = name.rpartition(":")
        if len(self.scopes) == 1:
            self._root(prefix, local)
        elif local == "credential" and self._meaning(prefix) == NAMESPACE:
            self._open(attributes)

    def end(self, _name: str) -> None:
        """A tag closes."""
        if self.inside == len(self.scopes):
            self._close()
        self.scopes.pop()

    def text(self, data: str) -> None:
        """Text of the credential; no other text is listened to."""
        self.length += len(data)
        if self.length > self.limits.text_bytes:
            raise ExtractionError(f"The credential is larger than {self.limits.text_bytes} bytes.")
        self.pieces.append(data)

    def _root(self, prefix: str, local: str) -> None:
        if local != "svg" or self._meaning(prefix) != _SVG_NAMESPACE:
            raise ExtractionError("The file is not an SVG drawing.")
        self.root = self.parser.CurrentByteIndex
        self.prefix = self.scopes[0].get("openbadges")

    def _meaning(self, prefix: str) -> str | None:
        return next((scope[prefix] for scope in reversed(self.scopes) if prefix in scope), None)

    def _open(self, attributes: dict[str, str]) -> None:
        if self.credential is not None:
            raise ExtractionError("The drawing carries more than one credential.")
        self.inside, self.begin = len(self.scopes), self.parser.CurrentByteIndex
        self.credential = attributes.get("verify", "")
        self.parser.CharacterDataHandler = self.text

    def _close(self) -> None:
        self.parser.CharacterDataHandler = None
        body = "".join(self.pieces)
        if self.credential and body.strip():
            raise ExtractionError("The drawing carries more than one credential.")
        self.credential = self.credential or body
        # Where </…> begins; after an empty tag, where it ended.
        at = self.parser.CurrentByteIndex
        self.span = (self.begin, self.data.index(b">", at) + 1 if self.data.startswith(b"</", at) else at)
        self.inside = 0


def _scan(data: bytes, limits: Limits) -> _Scan:
    # The encoding is given, so that no declaration in the file can choose another.
    parser = expat.ParserCreate("utf-8")
    scan = _Scan(data, limits, parser)
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.EntityDeclHandler = _refuse_document_type
    parser.ExternalEntityRefHandler = _refuse_document_type
    parser.StartElementHandler = scan.start
    parser.EndElementHandler = scan.end
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ExtractionError("The drawing is not well-formed XML.") from error
    return scan


def _refuse_document_type(*_arguments: object) -> int:
    raise ExtractionError("The drawing has a document type, which could hide what it says.")
