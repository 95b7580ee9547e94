"""The table of settings in docs/operations.md holds every variable that the program reads, and no other."""

from __future__ import annotations

import re

from app.config import FROM_FILE, PREFIX, ROOT, VARIABLES, read_settings

OPERATIONS = ROOT / "docs" / "operations.md"
ROW = re.compile(rf"^\| `({PREFIX}[A-Z_]+)` \| (.+?) \| (.+?) \|$", re.MULTILINE)


def documented() -> dict[str, tuple[str, str]]:
    """The rows of the table: variable -> (default, meaning)."""
    rows = ROW.findall(OPERATIONS.read_text(encoding="utf-8"))
    assert len(rows) == len({name for name, *_rest in rows}), "a setting stands in the table twice"
    return {name: (default, meaning) for name, default, meaning in rows}


def test_every_setting_stands_in_the_table() -> None:
    missing = {PREFIX + name for name in VARIABLES | FROM_FILE.keys()} - documented().keys()
    assert not missing, f"write in docs/operations.md what these do: {', '.join(sorted(missing))}"


def test_the_table_promises_no_setting_that_is_not_read() -> None:
    unknown = documented().keys() - {PREFIX + name for name in VARIABLES | FROM_FILE.keys()}
    assert not unknown, f"docs/operations.md names settings that nobody reads: {', '.join(sorted(unknown))}"


def test_plain_defaults_are_those_of_the_program() -> None:
    settings = read_settings(
        {"PASSERELLE_SECRET_KEY": "x" * 32, "PASSERELLE_PUBLIC_URL": "https://passerelle.example.org"}
    )
    table = documented()
    for name, value in {
        "ENVIRONMENT": settings.environment,
        "SITE_NAME": settings.site_name,
        "ISSUER_NAME": settings.issuer_name,
        "SITE_CONTACT": settings.site_contact,
        "TRUSTED_PROXIES": str(settings.trusted_proxies),
        "INSECURE_HTTP": str(int(settings.insecure_http)),
        "PDF_SEAL": settings.pdf_seal,
        "STAFF_SECOND_FACTOR": settings.staff_second_factor,
    }.items():
        assert table[PREFIX + name][0] == f"`{value}`", name
