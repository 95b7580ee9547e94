"""What every test may ask for: the application on a real database, a session, a reviewed client, the cast."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from alembic import command
from flask import Flask
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.certification.site import install as install_issuer
from app.config import read_settings
from app.extensions import db
from app.foundation.database import Base, set_read_only
from app.wiring.application import create_app
from app.wiring.migrations import alembic_config
from tests.browser.fixtures import chromium, letters, site, visitors  # noqa: F401 - one of each for all folders
from tests.builders import Cast
from tests.reviewer import ReviewedClient
from tests.throwaway_postgres import create_database

POSTGRES_URL = os.environ.get("TEST_POSTGRES_URL")  # set by tests/throwaway_postgres.py
CI = os.environ.get("CI") == "true"
settings.register_profile("nightly", max_examples=1000, deadline=None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Reference data is optional, even in CI; its absence is said by name."""
    absent = pytest.mark.skip(reason="TEST_DATA names no folder")
    for item in items:
        if item.get_closest_marker("reference_data") and not os.environ.get("TEST_DATA"):
            item.add_marker(absent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """A browser test that fails says what was on each page."""
    report = yield
    if report.failed and (browser := getattr(item, "funcargs", {}).get("chromium")):
        report.sections += [
            (f"page {page.url}", page.inner_text("body")[:2000]) for one in browser.contexts for page in one.pages
        ]
    return report


@pytest.fixture(autouse=True)
def no_sockets(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Refuse the network to tests that do not ask for it; PostgreSQL's driver does not use Python's sockets."""
    if request.node.get_closest_marker("sockets") or request.node.get_closest_marker("browser"):
        return

    def refuse(*_args: object, **_options: object) -> None:
        raise AssertionError("a test opened a socket; mark it `sockets` if it must")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.fixture(scope="session")
def worker(request: pytest.FixtureRequest) -> str:
    """The name of this pytest-xdist worker, or "main"."""
    return getattr(request.config, "workerinput", {}).get("workerid", "main")


@pytest.fixture(scope="session")
def database_url(worker: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """An empty database of this worker's own, brought up by the migrations."""
    if POSTGRES_URL:
        url = create_database(POSTGRES_URL, f"passerelle_{worker}")
    else:
        url = f"sqlite:///{tmp_path_factory.mktemp('database') / 'test.sqlite'}"
    command.upgrade(alembic_config(url), "head")
    return url


@pytest.fixture(scope="session")
def environ(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of the application under test."""
    return {
        "PASSERELLE_ENVIRONMENT": "development",
        "PASSERELLE_INSTANCE_PATH": str(tmp_path_factory.mktemp("instance")),
        "PASSERELLE_DATABASE_URL": database_url,
        "PASSERELLE_PUBLIC_URL": "http://localhost:8000",
        "PASSERELLE_SECRET_KEY": "test-secret-test-secret-test-secret",
        "PASSERELLE_INSECURE_HTTP": "1",
    }


@pytest.fixture(scope="session")
def the_app(environ: dict[str, str]) -> Iterator[Flask]:
    """One application for the whole session."""
    app = create_app(read_settings(environ), testing=True)
    app.config.update(WTF_CSRF_ENABLED=True, SERVER_NAME=None)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def empty_copy(the_app: Flask, tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """On SQLite: the migrated, empty database, copied back after each test."""
    if POSTGRES_URL:
        return None
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite"
    source, target = sqlite3.connect(db.engine.url.database), sqlite3.connect(path)
    source.backup(target)
    source.close()
    target.close()
    return path


@pytest.fixture
def app(the_app: Flask, empty_copy: Path | None) -> Iterator[Flask]:
    """The application on an empty database; real transactions, undone by emptying the tables and the letter box."""
    set_read_only(False)
    install_issuer(the_app.config["SETTINGS"])  # a test may have made another application in this process
    yield the_app
    db.session.remove()
    set_read_only(False)
    _empty(empty_copy)
    for letter in (Path(the_app.config["SETTINGS"].instance_path) / "mail").glob("*.eml"):
        letter.unlink()


def _empty(empty_copy: Path | None) -> None:
    if empty_copy is None:
        tables = ", ".join(f'"{table.name}"' for table in Base.metadata.sorted_tables)
        with db.engine.begin() as connection:
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        return
    source, target = sqlite3.connect(empty_copy), sqlite3.connect(db.engine.url.database)
    source.backup(target)
    source.close()
    target.close()


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session to arrange and to look; the client commits it before each request, so that the server sees it."""
    with Session(db.engine, expire_on_commit=False) as session:
        yield session
        session.rollback()


@pytest.fixture
def client(app: Flask, session: Session) -> ReviewedClient:
    """A signed-out client that reviews every page it fetches."""
    return ReviewedClient(app, session)


@pytest.fixture
def cast(app: Flask, session: Session) -> Cast:
    """The people of the tests: ada and blaise learn, camille teaches, dora hires, admin runs the site."""
    return Cast(app, session)


@pytest.fixture
def statements(app: Flask) -> Iterator[SimpleNamespace]:
    """Counts SQL statements: `with`-free, read `.count` and reset with `.clear()`."""
    from sqlalchemy import event

    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    box = SimpleNamespace(seen=seen, clear=seen.clear)
    yield box
    event.remove(db.engine, "before_cursor_execute", note)
