"""Whom the program believes about where it is: the configuration, never a header that anybody may send."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask, request

from app.config import Settings, read_settings
from app.web.budgets import client_network
from app.web.hosts import check_host
from app.wiring.application import configure
from tests.builders import Cast

SPOOFED = {
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.7",
    "X-Forwarded-Prefix": "/evil.example",
    "Forwarded": "for=203.0.113.7;host=evil.example;proto=https",
}


def production(folder: Path, **more: str) -> Settings:
    """The settings of a public site."""
    return read_settings(
        {
            "PASSERELLE_SECRET_KEY": "a-secret-of-more-than-thirty-two-characters",
            "PASSERELLE_PUBLIC_URL": "https://passerelle.example.org",
            "PASSERELLE_INSTANCE_PATH": str(folder),
            **more,
        }
    )


def small_site(settings: Settings) -> Flask:
    """Our configuration around one view that says what the program believes."""
    app = Flask("small")
    configure(app, settings, testing=True)
    app.before_request(check_host)
    app.add_url_rule("/", view_func=lambda: f"{request.host} {request.scheme} {client_network()}")
    return app


def test_forwarded_headers_change_nothing_without_trusted_proxies(app: Flask, cast: Cast) -> None:
    client = cast.client("ada")
    for path in ("/", "/courses", "/verify"):
        plain, spoofed = (client._open("GET", path, headers=headers) for headers in ({}, SPOOFED))
        assert plain.status_code == spoofed.status_code
        assert "evil.example" not in spoofed.get_data(as_text=True)
    answer = app.test_client().get("/account", headers=SPOOFED)
    assert answer.status_code == 302
    assert "evil.example" not in answer.headers["Location"]


def test_a_budget_counts_the_peer_and_not_what_it_says_of_itself(tmp_path: Path) -> None:
    answer = (
        small_site(production(tmp_path)).test_client().get("/", headers={"Host": "passerelle.example.org", **SPOOFED})
    )
    assert answer.text == "passerelle.example.org http 127.0.0.1"


def test_one_trusted_proxy_is_believed_once(tmp_path: Path) -> None:
    settings = production(tmp_path, PASSERELLE_TRUSTED_PROXIES="1")
    headers = {**SPOOFED, "X-Forwarded-Host": "passerelle.example.org", "X-Forwarded-For": "198.51.100.9, 203.0.113.7"}
    answer = small_site(settings).test_client().get("/", headers=headers)
    assert answer.text == "passerelle.example.org https 203.0.113.7"


@pytest.mark.parametrize("host", ["evil.example", "passerelle.example.org.evil.example", "127.0.0.1", "a b", ""])
def test_another_host_is_refused(tmp_path: Path, host: str) -> None:
    assert small_site(production(tmp_path)).test_client().get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["passerelle.example.org", "passerelle.example.org:8000", "PASSERELLE.example.org"])
def test_our_own_host_is_served(tmp_path: Path, host: str) -> None:
    assert small_site(production(tmp_path)).test_client().get("/", headers={"Host": host}).status_code == 200


def test_a_development_machine_may_be_called_anything(tmp_path: Path) -> None:
    site = small_site(production(tmp_path, PASSERELLE_ENVIRONMENT="development"))
    assert site.test_client().get("/", headers={"Host": "192.0.2.5:8000"}).status_code == 200
