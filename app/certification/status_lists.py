"""Services of the published bits of revocation: one index a document, lists signed again before they run out."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.certification import queries, rules
from app.certification.models import StatusList
from app.foundation import clock
from certificates import status_list
from certificates.jwt import sign_status_list_jwt
from certificates.keys import Signer
from certificates.signing import serialise


def list_url(issuer_url: str, number: int) -> str:
    """The address a list is published at, as credentials name it for ever."""
    return f"{issuer_url}/credentials/status/{number}"


def reserve_index(session: Session, signer: Signer, issuer_url: str) -> tuple[StatusList, int]:
    """A random index that nobody has, in the newest list or in a fresh one when that is half full."""
    lists = queries.status_lists(session)
    newest = lists[-1] if lists else None
    if newest is None or queries.used_indexes(session, newest.id) >= rules.STATUS_LIST_FULL:
        newest = _new_list(session, signer, issuer_url, number=len(lists) + 1)
    while True:
        index = secrets.randbelow(status_list.MINIMUM_LENGTH)
        if not queries.index_is_given(session, newest.id, index):
            return newest, index


def _new_list(session: Session, signer: Signer, issuer_url: str, number: int) -> StatusList:
    row = StatusList(number=number, bits=status_list.StatusList.of().data)
    session.add(row)
    _sign(row, signer, issuer_url)
    session.flush()
    return row


def set_bit(session: Session, status_list_id: int, index: int) -> StatusList:
    """Set one bit for ever; the row is held until the commit, so that two revocations both count."""
    row = session.scalars(
        select(StatusList)
        .where(StatusList.id == status_list_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    row.bits = status_list.StatusList(row.bits).with_bit(index).data
    row.signed_at = None  # out of date until it is signed again
    session.flush()
    return row


def sign_list(session: Session, row: StatusList, signer: Signer, issuer_url: str) -> None:
    """Sign a list anew, to be published from the commit on."""
    _sign(row, signer, issuer_url)
    session.flush()


def renew_lists(session: Session, signer: Signer, issuer_url: str) -> int:
    """The worker's round: sign again every list that changed or was signed hours ago; returns how many."""
    due = clock.now() - rules.STATUS_LIST_RENEWAL
    renewed = 0
    for row in session.scalars(select(StatusList).order_by(StatusList.number).with_for_update()):
        if row.signed_at is None or row.signed_at < due:
            _sign(row, signer, issuer_url)
            renewed += 1
    session.flush()
    return renewed


def _sign(row: StatusList, signer: Signer, issuer_url: str) -> None:
    bits, url, now = status_list.StatusList(row.bits), list_url(issuer_url, row.number), clock.now()
    life = rules.STATUS_LIST_LIFE
    document = status_list.signed_status_list(bits, list_url=url, signer=signer, now=now, valid_for=life)
    row.signed = serialise(document).decode()
    row.signed_jwt = sign_status_list_jwt(bits, list_url=url, signer=signer, now=now, valid_for=life)
    row.signed_at = now
