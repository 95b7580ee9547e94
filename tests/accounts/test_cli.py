"""`flask accounts create`."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.accounts.models import Account
from app.audit.models import AuditEntry
from tests.accounts.people import PASSWORD, sign_in
from tests.builders import Cast
from tests.reviewer import ReviewedClient

CREATE = ["accounts", "create", "--password-stdin", "--name", "Grace Hopper", "--email", "grace@example.org"]


@pytest.mark.parametrize("role", ["learner", "instructor", "employer", "administrator"])
def test_an_account_of_any_role_can_sign_in_at_once(app: Flask, session: Session, *, role: str) -> None:
    result = app.test_cli_runner().invoke(args=[*CREATE, "--role", role, "--language", "en"], input=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    account = session.scalars(select(Account)).one()
    assert (account.role, account.language) == (role, "en")
    assert session.scalar(select(AuditEntry.event)) == "account-created"
    session.rollback()
    assert sign_in(ReviewedClient(app, session), "grace@example.org").status_code == 302


@pytest.mark.parametrize(
    ("extra", "password", "sentence"),
    [
        (["--role", "learner"], "court", "Password: At least 15 characters"),
        (["--role", "learner"], "GraceHopper2026", "Password: This password is your name"),
        (["--role", "learner", "--email", "grace"], PASSWORD, "Email address: Write an address"),
        (["--role", "learner", "--name", "Gra\x00ce"], PASSWORD, "First and last name: Remove the invisible signs"),
        (["--role", "emperor"], PASSWORD, "'emperor' is not one of"),
        ([], PASSWORD, "Missing option '--role'"),
    ],
)
def test_wrong_input_gets_a_sentence_and_changes_nothing(
    app: Flask, session: Session, *, extra: list[str], password: str, sentence: str
) -> None:
    result = app.test_cli_runner().invoke(args=[*CREATE, *extra], input=f"{password}\n")
    assert result.exit_code != 0
    assert sentence in result.output
    assert session.scalar(select(func.count(Account.id))) == 0


def test_an_address_that_has_an_account(app: Flask, cast: Cast) -> None:
    assert cast.ada.email == "ada@example.org"
    result = app.test_cli_runner().invoke(
        args=[*CREATE, "--role", "learner", "--email", "ADA@example.org"], input=f"{PASSWORD}\n"
    )
    assert (result.exit_code, result.output.strip()) == (1, "Error: This address already has an account.")


def test_without_standard_input_the_password_is_asked_twice(app: Flask, session: Session) -> None:
    asked = [word for word in CREATE if word != "--password-stdin"]
    result = app.test_cli_runner().invoke(args=[*asked, "--role", "learner"], input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert session.scalar(select(Account.name)) == "Grace Hopper"
