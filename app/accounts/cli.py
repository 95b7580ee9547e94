"""`flask accounts`: people, from the terminal."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from app.accounts import services
from app.accounts.forms import RegistrationForm
from app.accounts.passwords import hash_password
from app.extensions import db
from app.foundation.actor import SYSTEM
from app.foundation.errors import DomainError
from app.foundation.i18n import LANGUAGES, use_language
from app.foundation.permissions import Role

accounts_commands = AppGroup("accounts", help="People: create accounts.")


@accounts_commands.command("create")
@click.option("--role", type=click.Choice([role.value for role in Role]), required=True)
@click.option("--email", required=True)
@click.option("--name", required=True, help="First and last name.")
@click.option("--language", type=click.Choice(LANGUAGES), default="fr", show_default=True)
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input instead of asking.")
def create(role: str, email: str, name: str, language: str, *, password_stdin: bool) -> None:
    """Create a confirmed account of any role; the password obeys the rules of the site."""
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask_for_password()
    with use_language("en"):
        form = _checked(name=name, email=email, password=password)
        try:
            account = services.create_account(
                db.session,
                actor=SYSTEM,
                name=form.name.data,
                email=form.email.data,
                role=Role(role),
                language=language,
                password_hash=hash_password(password),
            )
            db.session.commit()
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    click.echo(f"{account.role} {account.email} created: {account.public_id}")


def _ask_for_password() -> str:
    answer: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return answer


def _checked(**typed: str) -> RegistrationForm:
    form = RegistrationForm(data=typed)
    form.site_name = current_app.config["SETTINGS"].site_name
    if not form.validate():
        lines = [f"{form[name].label.text}: {message}" for name, found in form.errors.items() for message in found]
        raise click.ClickException("\n".join(lines))
    return form
