"""Security headers of every answer, with a fresh script nonce for each page."""

from __future__ import annotations

import secrets

from flask import current_app, g, request
from werkzeug.wrappers import Response

PRIVATE_PATHS = ("/verify", "/reset", "/confirm")  # their addresses carry secrets: never in a Referer


def make_nonce() -> None:
    """Before each request: the nonce that this page's own scripts carry."""
    g.csp_nonce = secrets.token_urlsafe(18)


def content_security_policy(nonce: str) -> str:
    """The policy of our pages: our own files, our own nonce, nothing else."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'nonce-{nonce}' 'strict-dynamic'",
            f"style-src 'self' 'nonce-{nonce}'",
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "object-src 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types app",
        )
    )


def add_headers(response: Response) -> Response:
    """After each request."""
    headers = response.headers
    headers.setdefault("Content-Security-Policy", content_security_policy(g.get("csp_nonce", "")))
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
    headers.setdefault(
        "Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()"
    )
    private = request.path.startswith(PRIVATE_PATHS)
    headers.setdefault("Referrer-Policy", "no-referrer" if private else "strict-origin-when-cross-origin")
    if current_app.config["SESSION_COOKIE_SECURE"]:
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    if response.mimetype == "text/html":
        headers.setdefault("Cache-Control", "no-store" if g.get("actor") else "no-cache")
        headers.add("Vary", "Cookie, Accept-Language")
    return response
