"""The screen of the signing keys: which sign, what rests on them, what is wrong with their files."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from app.certification import key_usage, keys, queries
from app.certification.key_files import key_problems
from app.extensions import db
from app.foundation import clock
from app.foundation.i18n import gettext as _
from app.foundation.permissions import Permission
from app.web.access import current_actor, requires
from app.web.rendering import page

blueprint = Blueprint("certification_keys", __name__, url_prefix="/admin")


@blueprint.get("/keys")
@requires(Permission.ADMINISTER)
def key_list() -> ResponseReturnValue:
    """The keys there are and have been, and who signs with them."""
    session = db.session
    found = queries.signing_keys(session)
    return page(
        "certification/keys.html",
        keys=found,
        active=next((key.key_id for key in found if key.state == "active"), ""),
        issuer=queries.find_issuer(session),
        usage=key_usage.usage_of_keys(session),
        problems=key_problems(session),
        pending=queries.count_pending(session),
        anew=key_usage.signing_anew(session),
        today=clock.now().date(),
    )


@blueprint.post("/keys")
@requires(Permission.ADMINISTER)
def new_key() -> ResponseReturnValue:
    """Make the first key, or the one that follows the key in force."""
    session, actor = db.session, current_actor()
    first = queries.find_active_key(session) is None
    make = keys.generate_first_key if first else keys.rotate_key
    key = make(session, actor=actor)
    session.commit()
    flash(_("From now on certificates are signed with %(key)s.", key=key.key_id), "info")
    return redirect(url_for(".key_list"))
