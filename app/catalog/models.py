"""What can be learnt: courses, their published versions, modules, items, lessons and the skills they teach."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.foundation.database import Base, DecimalText, JSONValue, LocalisedText, UTCDateTime


class Course(Base):
    """A course through all its versions; `current_version_id` is the one new learners get."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    current_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("course_version.id", use_alter=True, name="fk_course_current_version_id")
    )
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)

    current_version: Mapped[CourseVersion | None] = relationship(foreign_keys=[current_version_id])


class CourseVersion(Base):
    """One published state of a course; never changed afterwards."""

    __tablename__ = "course_version"
    __table_args__ = (
        UniqueConstraint("course_id", "number"),
        UniqueConstraint("course_id", "content_sha256"),
        CheckConstraint("tier BETWEEN 1 AND 4", name="tier"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    number: Mapped[int]
    content_sha256: Mapped[str] = mapped_column(String(64))  # of the whole folder, canonical
    tier: Mapped[int] = mapped_column(index=True)  # 1–4
    languages: Mapped[list[str]] = mapped_column(JSONValue)
    title: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    tagline: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    description_html: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    assumes: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    hours: Mapped[Decimal] = mapped_column(DecimalText)
    domains: Mapped[dict[str, Any]] = mapped_column(JSONValue)  # {"id": {"title": {fr, en}, "skills": [slug]}}
    change_note: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    not_yet: Mapped[dict[str, list[str]]] = mapped_column(JSONValue)
    published_at: Mapped[datetime] = mapped_column(UTCDateTime)

    course: Mapped[Course] = relationship(foreign_keys=[course_id])
    modules: Mapped[list[Module]] = relationship(order_by="Module.position", back_populates="version")
    prerequisites: Mapped[list[Course]] = relationship(
        secondary="course_prerequisite", order_by="Course.slug", viewonly=True
    )


class CourseFile(Base):
    """The content of a file that comes with a course, by its SHA-256: published as its texts are, in one transaction.

    It is a table of its own so that no query of the others ever reads it by the way.
    """

    __tablename__ = "course_file"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class VersionFile(Base):
    """A file that a version was published from, under its path in the course's folder."""

    __tablename__ = "course_version_file"

    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(400), primary_key=True)
    sha256: Mapped[str] = mapped_column(ForeignKey("course_file.sha256"))


class CourseText(Base):
    """The searchable words of a course's current version in one language, folded (accents and case gone)."""

    __tablename__ = "course_text"

    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    folded: Mapped[str] = mapped_column(Text)
    title_key: Mapped[str] = mapped_column(String(240))


class CourseSkill(Base):
    """A skill that a version teaches at a tier; `proven` when its exam certifies it."""

    __tablename__ = "course_skill"

    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    skill_id: Mapped[int] = mapped_column(ForeignKey("skill.id"), primary_key=True, index=True)
    tier: Mapped[int]
    proven: Mapped[bool]


class CoursePrerequisite(Base):
    """A course that should be certified before this version's exam is taken."""

    __tablename__ = "course_prerequisite"

    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"), primary_key=True)
    required_course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), primary_key=True)


class Module(Base):
    """A part of a course version, opened by other modules being mastered."""

    __tablename__ = "module"
    __table_args__ = (UniqueConstraint("course_version_id", "slug"), UniqueConstraint("course_version_id", "position"))

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    position: Mapped[int]
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    summary: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    requires: Mapped[list[str]] = mapped_column(JSONValue)  # module slugs
    mastery: Mapped[dict[str, Any] | None] = mapped_column(JSONValue)  # {"quiz": slug, "threshold": "0.8"}

    version: Mapped[CourseVersion] = relationship(back_populates="modules")
    items: Mapped[list[Item]] = relationship(order_by="Item.position", back_populates="module")


class Item(Base):
    """A step of a module: a lesson or a quiz, in order."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("module_id", "position"),
        UniqueConstraint("course_version_id", "slug"),
        CheckConstraint("kind IN ('lesson', 'quiz', 'project')", name="kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_version_id: Mapped[int] = mapped_column(ForeignKey("course_version.id"))
    module_id: Mapped[int] = mapped_column(ForeignKey("module.id"))
    position: Mapped[int]
    kind: Mapped[str] = mapped_column(String(8))
    slug: Mapped[str] = mapped_column(String(60))
    title: Mapped[dict[str, str]] = mapped_column(LocalisedText)
    minutes: Mapped[int]

    module: Mapped[Module] = relationship(back_populates="items")


class LessonText(Base):
    """A lesson in one language, rendered once at import into blocks of safe HTML and embedded questions."""

    __tablename__ = "lesson_text"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(2), primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    objectives: Mapped[list[str]] = mapped_column(JSONValue)
    terms: Mapped[list[dict[str, str]]] = mapped_column(JSONValue)
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONValue
    )  # {"kind": "html", "html"} | {"kind": "question", "id"}
    words: Mapped[int]
