"""Files a stranger could upload: good ones, damaged at the surface or, with everything around put right, inside."""

import base64
import json
import struct
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from random import Random  # noqa: TID251 - seeded, so that a failure can be had again
from typing import Any

import pikepdf

from certificates.badge import artwork
from certificates.signing import serialise

GOLDEN = Path(__file__).parent / "golden"
JSON, JWT, PNG, SVG = (
    (GOLDEN / name).read_bytes() for name in ("credential.fr.json", "credential.fr.jwt", "badge.fr.png", "badge.fr.svg")
)


def pdf_of(as_json: bytes, as_jwt: bytes = b"") -> bytes:
    """A PDF that carries a credential, small enough for mutations to hit what matters."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments["credential.json"] = as_json
        if as_jwt:
            document.attachments["credential.jwt"] = as_jwt
        output = BytesIO()
        document.save(output)
        return output.getvalue()


ORIGINALS: dict[str, Sequence[bytes]] = {
    "pdf": (pdf_of(JSON), pdf_of(JSON, JWT), (GOLDEN / "certificate.fr.pdf").read_bytes()),
    "json": (JSON, json.dumps(json.loads(JSON), indent=2).encode()),
    "jwt": (JWT,),
    "png": (PNG,),
    "svg": (SVG,),
}
# What readers of these formats stumble on.
_TOKENS = (
    *(b'"proof"', b'"issuer":', b'{"a":' * 25, b"[" * 30, b"NaN", b"1e999", b"\\ud800", b"\xff", b"\0", b"9" * 30),
    *(b"<!DOCTYPE svg>", b'<!DOCTYPE svg [<!ENTITY a "b">]>', b"&a;", b"]]>", b"<![CDATA[", b"<g>" * 120, b"<!--"),
    *(b"<openbadges:credential>", b"</openbadges:credential>", b' verify="eyJ"', b' xmlns:openbadges="x"'),
    *(b"iTXt", b"IEND", b"openbadgecredential\0", b"\0\1\0\0\0", b"\x7f\xff\xff\xff", b"\x89PNG\r\n\x1a\n"),
    *(
        b"%PDF-1.7",
        b"/FlateDecode",
        b"/Length 99999999",
        b"endstream",
        b"endobj",
        b"1 0 R",
        b"/Prev 0",
        b"/Kids [1 0 R]",
    ),
    *(
        b"xref",
        b"startxref\n0",
        b"/Encrypt 1 0 R",
        b"/EmbeddedFiles",
        b"credential.json",
        b"<<" * 200,
        b"eyJ",
        b".",
        b"=",
    ),
)


def mutated(kind: str, chance: Random) -> bytes:
    """A file of that kind with a few things wrong in it."""
    data = chance.choice(ORIGINALS[kind])
    if chance.random() < 0.5:
        return _rewrapped(kind, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 4, 12))):
        data = chance.choice(_SURFACE)(data, chance)
    return data


def _rewrapped(kind: str, chance: Random) -> bytes:
    """A credential with something wrong in it, in a container with nothing wrong."""
    as_json = chance.choice((_other_json, _damaged))(JSON, chance)
    as_jwt = chance.choice((_other_jwt, _damaged))(JWT, chance)
    if kind in ("json", "jwt"):
        return as_json if kind == "json" else as_jwt
    if kind == "pdf":
        return pdf_of(*chance.choice(((as_json, b""), (as_json, JWT), (JSON, as_jwt))))
    credential = chance.choice((as_json, as_jwt))
    if kind == "svg":
        return _svg_of(credential, chance)
    return _png_of(credential, chance)


def _svg_of(credential: bytes, chance: Random) -> bytes:
    drawing = artwork("intermediate", "fr", "svg")
    name = b"openbadges:credential" if chance.random() < 0.9 else b"openbadges:assertion"
    space = chance.choice((b"https://purl.imsglobal.org/ob/v3p0", b"https://purl.imsglobal.org/spec/ob/v3p0"))
    body = b"<![CDATA[" + credential + b"]]>" if chance.random() < 0.5 else credential
    element = b"<" + name + b' xmlns:openbadges="' + space + b'">' + body + b"</" + name + b">"
    return drawing.replace(b"</svg>", element * chance.choice((1, 1, 1, 2)) + b"</svg>")


def _png_of(credential: bytes, chance: Random) -> bytes:
    picture = artwork("intermediate", "fr", "png")
    flag, text = chance.choice(((b"\0", credential), (b"\1", zlib.compress(credential)), (b"\1", credential)))
    keyword = b"openbadgecredential" if chance.random() < 0.9 else b"openbadges"
    content = b"iTXt" + keyword + b"\0" + flag + chance.choice((b"\0\0\0", b"\0fr\0\0", b"\0\0", b"\1\0\0")) + text
    chunk = struct.pack(">I", len(content) - 4) + content + struct.pack(">I", zlib.crc32(content))
    return picture[:33] + chunk * chance.choice((1, 1, 1, 2)) + picture[33:]


def _other_json(data: bytes, chance: Random) -> bytes:
    """Another value, a field more or a field less, somewhere in the document."""
    document = json.loads(data)
    _change(document, chance)
    return serialise(document)


def _other_jwt(data: bytes, chance: Random) -> bytes:
    """Another header or payload, encoded as it should be."""
    parts = [base64.urlsafe_b64decode(part + b"=" * (-len(part) % 4)) for part in data.split(b".")]
    number = chance.randrange(3)
    change = _damaged if number == 2 or chance.random() < 0.3 else _other_json
    parts[number] = change(parts[number], chance)
    return b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)


def _change(value: Any, chance: Random) -> None:
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    key = chance.choice(keys)
    if isinstance(value[key], (dict, list)) and value[key] and chance.random() < 0.85:
        _change(value[key], chance)
    elif chance.random() < 0.25:
        del value[key]
    elif isinstance(value[key], str) and chance.random() < 0.5:
        value[key] = chance.choice((value[key].upper(), value[key][1:], f"{value[key]}s", value[key].replace("2", "3")))
    elif isinstance(value, dict) and chance.random() < 0.25:
        value[chance.choice(("name", "id", "type", "honours", "proof", "iss"))] = value[key]
    else:
        value[key] = chance.choice((None, True, 0, -1, 2**53 - 1, "", "x", [], {}, [value[key]], f"{value[key]} "))


def _flipped(data: bytes, chance: Random) -> bytes:
    position = chance.randrange(len(data) or 1)
    return (
        data[:position]
        + bytes(byte ^ 1 << chance.randrange(8) for byte in data[position : position + 1])
        + data[position + 1 :]
    )


def _overwritten(data: bytes, chance: Random) -> bytes:
    position, new = chance.randrange(len(data) or 1), chance.randbytes(chance.choice((1, 2, 4, 30)))
    return data[:position] + new + data[position + len(new) :]


def _shortened(data: bytes, chance: Random) -> bytes:
    position = chance.randrange(len(data) or 1)
    return data[:position] + data[position + chance.choice((1, 4, 50, 1000)) :]


def _repeated(data: bytes, chance: Random) -> bytes:
    position, length = chance.randrange(len(data) or 1), chance.choice((1, 10, 200, 3000))
    return data[: position + length] * chance.choice((1, 1, 3)) + data[position:]


def _inserted(data: bytes, chance: Random) -> bytes:
    position = chance.randrange(len(data) + 1)
    return data[:position] + chance.choice(_TOKENS) + data[position:]


def _replaced(data: bytes, chance: Random) -> bytes:
    token = chance.choice(_TOKENS)
    return data.replace(token, chance.choice(_TOKENS)) if token in data else _inserted(data, chance)


def _cut(data: bytes, chance: Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


def _spliced(data: bytes, chance: Random) -> bytes:
    other = chance.choice(ORIGINALS[chance.choice(list(ORIGINALS))])
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other)) :]


_SURFACE: tuple[Callable[[bytes, Random], bytes], ...] = (
    *(_flipped, _overwritten, _shortened, _repeated, _inserted, _replaced, _cut, _spliced),
    *(_flipped, _overwritten),
)


def _damaged(data: bytes, chance: Random) -> bytes:
    return chance.choice(_SURFACE)(data, chance)
