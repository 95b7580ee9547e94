"""Who may do which kind of thing: roles, permissions and the one table that joins them."""

from __future__ import annotations

from enum import StrEnum

from app.foundation.i18n import LazyText
from app.foundation.i18n import lazy_gettext as _l


class Role(StrEnum):
    """What an account is for; every account may also learn."""

    LEARNER = "learner"
    INSTRUCTOR = "instructor"
    EMPLOYER = "employer"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> LazyText:
        return ROLE_LABELS[self]


ROLE_LABELS = {
    Role.LEARNER: _l("Learner"),
    Role.INSTRUCTOR: _l("Instructor"),
    Role.EMPLOYER: _l("Employer"),
    Role.ADMINISTRATOR: _l("Administrator"),
}


class Permission(StrEnum):
    """A kind of thing one may do; whether this very object is theirs is for the query to say."""

    AUTHOR_COURSES = "author-courses"
    PUBLISH_OFFERS = "publish-offers"
    ADMINISTER = "administer"
    REVOKE_CERTIFICATES = "revoke-certificates"
    MARK_WORK = "mark-work"


PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.LEARNER: frozenset(),
    Role.INSTRUCTOR: frozenset({Permission.AUTHOR_COURSES, Permission.MARK_WORK}),
    Role.EMPLOYER: frozenset({Permission.PUBLISH_OFFERS}),
    Role.ADMINISTRATOR: frozenset(
        {Permission.ADMINISTER, Permission.AUTHOR_COURSES, Permission.REVOKE_CERTIFICATES, Permission.MARK_WORK}
    ),
}
