"""Every address of the program, with something plausible where it takes a part."""

from __future__ import annotations

from flask import Flask
from werkzeug.routing import Rule

NOBODY = "0" * 26  # a public id that nothing has
SAFE = {"GET", "HEAD", "OPTIONS"}
PARTS = {"PublicIdConverter": NOBODY, "SlugConverter": "nothing", "NumberConverter": 1}


def rules(app: Flask) -> list[Rule]:
    """Every rule but the one of Flask's own static files."""
    return sorted((rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"), key=str)


def address(app: Flask, rule: Rule) -> str:
    """A path that the rule matches."""
    values = {name: PARTS.get(type(part).__name__, "nothing") for name, part in rule._converters.items()}
    return app.url_map.bind("localhost").build(rule.endpoint, values, method=next(iter(rule.methods - SAFE), "GET"))


def readable(app: Flask) -> list[str]:
    """The paths of every GET that takes no part."""
    return [rule.rule for rule in rules(app) if "GET" in rule.methods and not rule.arguments]


def writes(app: Flask) -> list[tuple[str, str]]:
    """(method, path) of everything that may change something, but for /api, which reads no cookie."""
    return [
        (method, address(app, rule))
        for rule in rules(app)
        for method in sorted(rule.methods - SAFE)
        if not rule.rule.startswith("/api/")
    ]
