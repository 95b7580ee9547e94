"""`flask keys` and `flask certificates`: signing keys and certificates, from the terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app.certification import files, keys, queries, register, rules, services
from app.certification.bulk_cli import bulk_issue, draw
from app.certification.compromise import Damage, assess, sign_anew, withdraw_key
from app.certification.copies import MEDIA_TYPES, Kind, find_copy
from app.certification.models import SigningKey
from app.extensions import db
from app.foundation import clock
from app.foundation.actor import SYSTEM
from app.foundation.errors import DomainError, NotFoundError
from app.foundation.i18n import use_language
from app.foundation.identifiers import parse_public_id
from app.web.transactions import reading_session

keys_commands = AppGroup("keys", help="The keys that sign certificates: list, generate, rotate, compromise.")
certificates_commands = AppGroup("certificates", help="Certificates: list, export, and every step of their life.")
REASONS = [reason.value for reason in rules.Reason]
SUSPENSION_REASONS = [reason.value for reason in rules.SuspensionReason]


class Number(click.ParamType[str]):
    """A public number, typed in any case, with or without spaces and hyphens."""

    name = "id"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The canonical form, or wrong usage."""
        number = parse_public_id(value)
        if number is None:
            self.fail("A number has 26 letters and digits, without I, L, O and U.", param, ctx)
        return number


@contextmanager
def _refusing() -> Iterator[None]:
    """A refusal ends with its sentence and exit code 1."""
    with use_language("en"):
        try:
            yield
        except NotFoundError as error:
            raise click.ClickException("There is nothing of that number here.") from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error


@contextmanager
def _changing() -> Iterator[Session]:
    """One change, one commit."""
    with _refusing():
        yield db.session
        db.session.commit()


@keys_commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_keys(*, as_json: bool) -> None:
    """Every key there is and has been, newest first."""
    with reading_session() as session:
        for key in queries.signing_keys(session):
            facts = {"key": key.key_id, "state": key.state, "since": key.state_since.isoformat(timespec="seconds")}
            if key.compromised_from:
                facts["compromised_from"] = key.compromised_from.isoformat(timespec="seconds")
            click.echo(json.dumps(facts | {"multibase": key.multibase}) if as_json else "  ".join(facts.values()))


@keys_commands.command("generate")
def generate() -> None:
    """Make the first signing key; who signs is frozen with it."""
    with _changing() as session:
        key = keys.generate_first_key(session, actor=SYSTEM)
    _say(key)


@keys_commands.command("rotate")
def rotate() -> None:
    """Make a new signing key; what the old one signed keeps verifying."""
    with _changing() as session:
        key = keys.rotate_key(session, actor=SYSTEM)
    _say(key)


@keys_commands.command("compromise")
@click.argument("key_id", metavar="KEY")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"]),
    required=True,
    help="From when it may have been in other hands (UTC).",
)
@click.option("--dry-run", is_flag=True, help="Say what would follow, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def compromise(key_id: str, since: datetime, *, dry_run: bool, yes: bool) -> None:
    """Withdraw a key for ever, sign with a new one, sign every good certificate anew; may be stopped and repeated."""
    since = since.replace(tzinfo=UTC)
    with _refusing(), reading_session() as reading:
        damage = assess(reading, key_id, since)
        withdrawn = queries.get_key(reading, key_id).state == "compromised"
    _say_damage(key_id, damage)
    if dry_run:
        return
    if not yes:
        click.confirm(f"Withdraw {key_id} for ever?", abort=True, err=True)
    if not withdrawn:
        with _changing() as session:
            key = withdraw_key(session, actor=SYSTEM, key_id=key_id, since=since)
        _say(key)
    _sign_all_anew(damage.to_sign_anew)


def _say_damage(key_id: str, damage: Damage) -> None:
    for number, words in (
        (damage.to_sign_anew, "valid: signed anew, old files say that they were replaced"),
        (damage.suspended, "suspended or waiting: signed anew when that ends"),
        (damage.erased, "of erased holders: the register goes on vouching for their very bytes"),
        (damage.ended, "revoked or replaced: nothing to do"),
        (len(damage.later), "signed since that moment: look at each of them in the audit record"),
    ):
        click.echo(f"{number:6}  {words}")
    for later in damage.later:
        click.echo(f"        {later}")
    click.echo(f"A document that {key_id} signed and that is not in the register is not ours.")


def _sign_all_anew(expected: int) -> None:
    """In slices, each committed; the bar shows on a terminal alone."""
    done = 0
    with click.progressbar(length=expected, label="Signing anew", file=sys.stderr) as bar:
        while True:
            with _changing() as session:
                signed = sign_anew(session)
            if not signed:
                break
            done += signed
            bar.update(signed)
    click.echo(f"{done} certificates signed anew; the worker draws their files.")


def _say(key: SigningKey) -> None:
    click.echo(f"{key.key_id} signs from now on ({key.multibase}).")


@certificates_commands.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def list_certificates(*, as_json: bool) -> None:
    """Every certificate: number, status, e-mail address, course, and the key that its printed link carries."""
    now = clock.now()
    with reading_session() as session:
        for certificate, email, course in register.whole_register(session):
            facts = {
                "id": certificate.public_id,
                "status": rules.status_at(certificate.state, certificate.expires_at, now),
                "email": email,
                "course": course,
                "key": certificate.reveal_key,
            }
            shown = [str(value) for name, value in facts.items() if value and name != "key"]
            click.echo(json.dumps(facts) if as_json else "  ".join(shown))


@certificates_commands.command("issue")
@click.argument("number", metavar="ID", type=Number())
def issue(number: str) -> None:
    """Sign what a passed attempt earned; ID is the attempt's, or the number of a pending certificate."""
    with _changing() as session:
        attempt_id = queries.find_attempt_id(session, number)
        if attempt_id is not None:
            certificate = services.issue_certificate(session, actor=SYSTEM, attempt_id=attempt_id)
        else:
            certificate = queries.get_certificate(session, number)
            services.sign_if_pending(session, certificate)
        facts = certificate.public_id, certificate.state
    _say_state(*facts)


def _say_state(number: str, state: str) -> None:
    """The number and its state; one that waits for a private key is a refusal to a script."""
    if state == rules.State.PENDING:
        raise click.ClickException(f"{number} waits: there is no private key here to sign it with.")
    click.echo(f"{number} {state}")


@certificates_commands.command("export")
@click.argument("number", metavar="ID", type=Number())
@click.option("--format", "kind", type=click.Choice(list(MEDIA_TYPES)), required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def export(number: str, kind: Kind, output: Path) -> None:
    """Write a certificate to a file: PDF, signed JSON, JWT, or badge; a PDF that is not drawn yet is drawn now."""
    with use_language("en"):
        try:
            content = _copy(number, kind)
        except NotFoundError as error:
            raise click.ClickException("There is no signed certificate of that number here.") from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    try:
        output.write_bytes(content)
    except OSError as error:
        raise click.ClickException(f"{output} cannot be written: {error.strerror}.") from error


def _copy(number: str, kind: Kind) -> bytes:
    with reading_session() as session:
        certificate_id = queries.get_certificate(session, number).id
        drawing = files.drawing_of(session, certificate_id) if kind == "pdf" else None
    if drawing is not None:
        files.keep_file(db.session, drawing, files.draw(drawing))
        db.session.commit()
    with reading_session() as session:
        content = find_copy(session, certificate_id, kind)
    if content is None:
        raise NotFoundError("copy")
    return content


@certificates_commands.command("revoke")
@click.argument("number", metavar="ID", type=Number())
@click.option("--reason", type=click.Choice(REASONS), required=True)
def revoke(number: str, reason: str) -> None:
    """Take a certificate back for ever."""
    with _changing() as session:
        certificate = queries.get_certificate(session, number)
        services.revoke_certificate(session, actor=SYSTEM, certificate=certificate, reason=reason)
    click.echo(f"{number} revoked: {reason}")


@certificates_commands.command("suspend")
@click.argument("number", metavar="ID", type=Number())
@click.option("--reason", type=click.Choice(SUSPENSION_REASONS), required=True)
def suspend(number: str, reason: str) -> None:
    """Let a certificate count for nothing until it is reinstated or revoked."""
    with _changing() as session:
        certificate = queries.get_certificate(session, number)
        services.suspend_certificate(session, actor=SYSTEM, certificate=certificate, reason=reason)
    click.echo(f"{number} suspended: {reason}")


@certificates_commands.command("reinstate")
@click.argument("number", metavar="ID", type=Number())
def reinstate(number: str) -> None:
    """End a suspension: the certificate is signed anew under its own number."""
    with _changing() as session:
        certificate = queries.get_certificate(session, number)
        services.reinstate_certificate(session, actor=SYSTEM, certificate=certificate)
        state = certificate.state
    _say_state(number, state)


@certificates_commands.command("reissue")
@click.argument("number", metavar="ID", type=Number())
@click.option("--name", required=True, help="The holder's name as it should be printed.")
def reissue(number: str, name: str) -> None:
    """Correct the name: a new certificate replaces this one; prints its number."""
    with _changing() as session:
        certificate = queries.get_certificate(session, number)
        successor = services.correct_name(session, actor=SYSTEM, certificate=certificate, name=name)
        facts = successor.public_id, successor.state
    _say_state(*facts)


@certificates_commands.command("renew")
@click.argument("number", metavar="ID", type=Number())
def renew(number: str) -> None:
    """Renew without a new exam, which the certificate then says; prints the number of the new one."""
    with _changing() as session:
        certificate = queries.get_certificate(session, number)
        successor = services.renew_certificate(session, actor=SYSTEM, certificate=certificate)
        facts = successor.public_id, successor.state
    _say_state(*facts)


certificates_commands.add_command(bulk_issue)
certificates_commands.add_command(draw)
