"""The files of courses: each content once, and the text that a version was published from, so that it can leave."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.catalog.models import CourseFile, VersionFile


def keep_contents(session: Session, contents: Iterable[bytes]) -> dict[bytes, str]:
    """The SHA-256 of each content; it is kept once, however many versions and languages have it."""
    sums = {content: hashlib.sha256(content).hexdigest() for content in contents}
    known = set(session.scalars(select(CourseFile.sha256).where(CourseFile.sha256.in_(sums.values()))))
    new = [{"sha256": sha256, "content": content} for content, sha256 in sums.items() if sha256 not in known]
    if new:
        session.execute(insert(CourseFile), new)
    return sums


def keep_text(session: Session, course_version_id: int, files: Mapping[str, bytes]) -> None:
    """Keep the files that a version is published from, by path; a newer text that says the same takes the old place."""
    kept = dict(
        session.execute(
            select(VersionFile.path, VersionFile.sha256).where(VersionFile.course_version_id == course_version_id)
        ).all()
    )
    sums = keep_contents(session, files.values())
    wanted = {path: sums[content] for path, content in files.items()}
    if kept == wanted:
        return
    session.execute(delete(VersionFile).where(VersionFile.course_version_id == course_version_id))
    session.execute(
        insert(VersionFile),
        [{"course_version_id": course_version_id, "path": path, "sha256": sha256} for path, sha256 in wanted.items()],
    )


def text_of(session: Session, course_version_id: int) -> dict[str, bytes]:
    """The files that a version was published from, by path; none where it was published before they were kept."""
    found = (
        select(VersionFile.path, CourseFile.content)
        .join(CourseFile, CourseFile.sha256 == VersionFile.sha256)
        .where(VersionFile.course_version_id == course_version_id)
        .order_by(VersionFile.path)
    )
    return dict(session.execute(found).all())
