"""Pages of the people who run the site: its state, and its people."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from app.accounts import services as accounts
from app.accounts.queries import Counted, count_by_role, search_accounts
from app.admin import queries, services, status
from app.extensions import db
from app.foundation.forms import clean_text
from app.foundation.hidden_signs import carries_hidden_signs
from app.foundation.i18n import gettext as _
from app.foundation.paging import page_number
from app.foundation.permissions import Permission, Role
from app.web.access import current_actor, requires
from app.web.rendering import page
from app.web.sent_from import sent_from

blueprint = Blueprint("admin", __name__, url_prefix="/admin")


@blueprint.get("/")
@requires(Permission.ADMINISTER)
def overview() -> ResponseReturnValue:
    """Does everything work, and what is to do?"""
    checks = status.checks(db.session)
    worst = next((state for state in ("stop", "care") if any(check.state == state for check in checks)), "ok")
    return page(
        "admin/overview.html",
        checks=checks,
        worst=worst,
        to_do=sum(check.state != "ok" for check in checks),
        counts=[(role.label, count) for role, count in _counts()],
        dead=queries.dead_messages(db.session),
    )


def _counts() -> list[tuple[Role, Counted]]:
    counted = count_by_role(db.session)
    return [(role, counted.get(role.value, Counted())) for role in Role]


@blueprint.post("/outbox/<int:message_id>/retry")
@requires(Permission.ADMINISTER)
@sent_from("admin.overview")
def retry(message_id: int) -> ResponseReturnValue:
    """Try a dead message again."""
    services.retry_message(db.session, actor=current_actor(), message_id=message_id)
    db.session.commit()
    flash(_("It will be tried again within a minute."), "info")
    return redirect(url_for("admin.overview"))


@blueprint.get("/accounts")
@requires(Permission.ADMINISTER)
def people() -> ResponseReturnValue:
    """Find somebody by name or address."""
    text = (clean_text(request.args.get("q", "")) or "")[:100]
    role = request.args.get("role", "")
    found = search_accounts(
        db.session,
        text="" if carries_hidden_signs(text) else text,
        role=role if role in list(Role) else None,
        number=page_number(request.args.get("page")),
    )
    return page("admin/people.html", found=found, text=text, role=role, roles=list(Role))


@blueprint.post("/accounts/<public_id:account_id>/suspension")
@requires(Permission.ADMINISTER)
@sent_from("admin.people")
def suspend(account_id: str) -> ResponseReturnValue:
    """Close an account and end its sessions."""
    account = accounts.suspend(db.session, actor=current_actor(), public_id=account_id)
    db.session.commit()
    flash(_("The account of %(name)s is suspended, its sessions are ended.", name=account.name), "info")
    return redirect(url_for("admin.people", q=account.email))


@blueprint.post("/accounts/<public_id:account_id>/reinstatement")
@requires(Permission.ADMINISTER)
@sent_from("admin.people")
def reinstate(account_id: str) -> ResponseReturnValue:
    """Open a suspended account again."""
    account = accounts.reinstate(db.session, actor=current_actor(), public_id=account_id)
    db.session.commit()
    flash(_("The account of %(name)s is open again.", name=account.name), "info")
    return redirect(url_for("admin.people", q=account.email))
