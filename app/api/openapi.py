"""The description of /api/v1, kept by hand and checked against the routes by a test."""

from __future__ import annotations

from typing import Any

STATES = [
    "valid",
    "not_yet_valid",
    "expired",
    "revoked",
    "suspended",
    "superseded",
    "key_withdrawn",
    "status_unavailable",
    "tampered",
    "altered",
    "wrong_issuer",
    "unknown",
]
TEXTS = {"type": "object", "additionalProperties": {"type": "string"}, "examples": [{"fr": "…", "en": "…"}]}
TIER = {"type": "string", "enum": ["beginner", "intermediate", "advanced", "expert"]}
MOMENT = {"type": ["string", "null"], "format": "date-time"}


def _object(**properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties}


def _list(items: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": items}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _answer(words: str, schema: dict[str, Any], mimetype: str = "application/json") -> dict[str, Any]:
    return {"description": words, "content": {mimetype: {"schema": schema}}}


def _problem(words: str) -> dict[str, Any]:
    return _answer(words, _reference("Problem"), "application/problem+json")


def _too_often() -> dict[str, Any]:
    waiting = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    return {**_problem("Asked too often; see Retry-After."), "headers": {"Retry-After": waiting}}


NUMBER = {
    "name": "number",
    "in": "path",
    "required": True,
    "description": "The number printed on the certificate: 26 letters and digits, in any case.",
    "schema": {"type": "string", "pattern": "^[0-9A-Za-z]{26}$"},
}
KEY = {
    "name": "k",
    "in": "query",
    "required": False,
    "description": "The key of the printed link: with it the holder's name is not masked.",
    "schema": {"type": "string"},
}
OFFER = {**NUMBER, "description": "The number of the offer, as its address says it."}
PAGE = {
    "name": "page",
    "in": "query",
    "required": False,
    "description": "Which page, from 1.",
    "schema": {"type": "integer", "minimum": 1},
}
VERIFICATION = _object(
    id={"type": ["string", "null"]},
    status={"type": "string", "enum": STATES},
    tampered={"type": "boolean"},
    reason={"type": ["string", "null"]},
    status_since=MOMENT,
    achievement=_object(name=TEXTS, tier=TIER, skills=_list(_object(id={"type": "string"}, name=TEXTS, tier=TIER))),
    issuer=_object(id={"type": "string"}, name={"type": "string"}),
    holder=_object(name={"type": ["string", "null"]}, masked={"type": "boolean"}, erased={"type": "boolean"}),
    issued_at=MOMENT,
    expires_at=MOMENT,
    superseded_by={"type": ["string", "null"]},
    earned=_object(
        score={"type": "number"},
        cut={"type": "number"},
        items={"type": "integer"},
        pool={"type": "integer"},
        attempt={"type": "integer"},
        attempts_allowed={"type": ["integer", "null"]},
        minutes={"type": ["integer", "null"]},
        supervised={"type": "boolean"},
        course_version={"type": "string"},
        awarded_at={**MOMENT, "description": "When the exam was passed, of a certificate renewed without another one."},
    ),
    checks=_list(_object(name={"type": "string"}, passed={"type": ["boolean", "null"]})),
)
PROBLEM = _object(
    type={"type": "string"}, title={"type": "string"}, status={"type": "integer"}, detail={"type": "string"}
)
FILE_BODY = {
    "required": True,
    "content": {
        "multipart/form-data": {"schema": _object(file={"type": "string", "format": "binary"})},
        "application/json": {"schema": {"type": "object", "description": "The signed credential itself."}},
        "application/vc+jwt": {"schema": {"type": "string", "description": "The signed credential as VC-JWT."}},
    },
}
BATCH_BODY = {
    "required": True,
    "content": {"application/json": {"schema": _object(ids={**_list({"type": "string"}), "maxItems": 1000})}},
}
DESCRIPTION: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Passerelle", "version": "1"},
    "paths": {
        "/api/v1/certificates/{number}": {
            "get": {
                "summary": "What the register says of a certificate.",
                "parameters": [NUMBER, KEY],
                "responses": {
                    "200": _answer("The certificate.", _reference("Verification")),
                    "404": _problem("No certificate has this number here."),
                    "429": _too_often(),
                },
            }
        },
        "/api/v1/verify": {
            "post": {
                "summary": "Verify a PDF, PNG, SVG, JSON or JWT of 2 MiB at most; nothing is kept.",
                "requestBody": FILE_BODY,
                "responses": {
                    "200": _answer("The verdict.", _reference("Verification")),
                    "413": _problem("The file is larger than 2 MiB."),
                    "422": _problem("No credential could be read in it."),
                    "429": _too_often(),
                },
            }
        },
        "/api/v1/verify/batch": {
            "post": {
                "summary": "Verify up to 1,000 numbers; the results keep their order.",
                "requestBody": BATCH_BODY,
                "responses": {
                    "200": _answer("The verdicts.", _object(results=_list(_reference("Verification")))),
                    "413": _problem("The body is larger than 3 MiB."),
                    "422": _problem("The body is not a list of at most 1,000 numbers."),
                    "429": _too_often(),
                },
            }
        },
        "/api/v1/offers": {
            "get": {
                "summary": "Open offers, newest first, twenty a page.",
                "parameters": [PAGE],
                "responses": {
                    "200": _answer(
                        "The offers, each a schema.org JobPosting.",
                        _object(
                            offers=_list({"type": "object"}),
                            page={"type": "integer"},
                            pages={"type": "integer"},
                            total={"type": "integer"},
                        ),
                    )
                },
            }
        },
        "/api/v1/offers/{number}": {
            "get": {
                "summary": "One open offer.",
                "parameters": [OFFER],
                "responses": {
                    "200": _answer("A schema.org JobPosting.", {"type": "object"}, "application/ld+json"),
                    "404": _problem("No offer with this number is open."),
                },
            }
        },
        "/api/v1/openapi.json": {
            "get": {
                "summary": "This description.",
                "responses": {"200": _answer("OpenAPI 3.1.", {"type": "object"})},
            }
        },
    },
    "components": {"schemas": {"Verification": VERIFICATION, "Problem": PROBLEM}},
}
