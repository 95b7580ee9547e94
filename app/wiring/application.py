"""create_app: the table of contents of the program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask
from flask_login import LoginManager
from werkzeug.middleware.proxy_fix import ProxyFix

from app.assessment.safe_browser_pages import guard as ask_for_safe_browser
from app.certification.keyring import refuse_open_files
from app.certification.site import install as install_issuer
from app.config import ROOT, Settings, read_settings
from app.extensions import csrf, db, login_manager
from app.foundation.database import engine_options, prepare_engine
from app.foundation.events import subscribe
from app.foundation.logs import set_up_logs
from app.web.access import enforce_access
from app.web.converters import CONVERTERS
from app.web.errors import set_up_errors
from app.web.headers import add_headers, make_nonce
from app.web.hosts import check_host
from app.web.locale import choose_language, say_language
from app.web.origin import check_origin
from app.web.reading import ReadableRequest, allow_body
from app.web.rendering import Environment, set_up_rendering
from app.web.session import load_actor, set_up_cookies
from app.web.transactions import begin_request
from app.wiring import models  # noqa: F401 - every table, before anything asks for one
from app.wiring.blueprints import register_blueprints
from app.wiring.commands import register_commands
from app.wiring.people import find_person
from app.wiring.subscriptions import SUBSCRIPTIONS
from app.wiring.tasks import set_up_tasks

MEGABYTE = 1024 * 1024


class Application(Flask):
    """Flask without coroutines: asking every step of every request whether it is one costs a twentieth of a save."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself."""
        return func


def create_app(settings: Settings | None = None, *, testing: bool = False) -> Flask:
    """Build the application from `settings` (default: the environment)."""
    settings = settings or read_settings()
    app = Application(
        "app", root_path=str(ROOT), template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static")
    )
    app.request_class = ReadableRequest
    app.jinja_environment = Environment
    configure(app, settings, testing=testing)
    set_up_logs()
    set_up_database(app)
    set_up_sign_in(app, login_manager)
    set_up_rendering(app)
    set_up_errors(app)
    set_up_requests(app)
    csrf.init_app(app)  # last of what is done before a request: its refusal is a page with a nonce, in a language
    app.url_map.converters.update(CONVERTERS)
    register_blueprints(app)
    register_commands(app)
    subscribe(SUBSCRIPTIONS)
    install_issuer(settings)
    refuse_open_files()
    if not testing:
        set_up_tasks(app)
    return app


def configure(app: Flask, settings: Settings, *, testing: bool) -> None:
    """Turn our settings into Flask's."""
    settings.instance_path.mkdir(parents=True, exist_ok=True)
    app.config.update(
        SETTINGS=settings,
        TESTING=testing,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=3 * MEGABYTE,
        MAX_FORM_MEMORY_SIZE=MEGABYTE,
        MAX_FORM_PARTS=400,
        WTF_CSRF_TIME_LIMIT=None,  # the default of one hour breaks a two-hour exam
        WTF_CSRF_SSL_STRICT=False,  # app/web/origin.py replaces it: it refuses pages that send no referrer
        TEMPLATES_AUTO_RELOAD=settings.development,
    )
    set_up_cookies(app, insecure_http=settings.insecure_http)
    if settings.trusted_proxies:
        count = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]


def set_up_database(app: Flask) -> None:
    """Bind the extension and install our transaction rules on its engine."""
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)


def set_up_sign_in(app: Flask, manager: LoginManager) -> None:
    """Flask-Login with opaque tokens; no remember cookie, no fingerprinting of browsers."""
    manager.session_protection = None
    manager.user_loader(find_person)
    manager.init_app(app)


def set_up_requests(app: Flask) -> None:
    """What happens around every request, in order."""
    for step in (
        check_host, begin_request, make_nonce, allow_body, load_actor, choose_language, check_origin, enforce_access,
        ask_for_safe_browser,
    ):  # fmt: skip
        app.before_request(step)
    app.after_request(add_headers)
    app.after_request(say_language)
