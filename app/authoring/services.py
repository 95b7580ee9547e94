"""From a checked course to the database: what is rendered once, and what is handed to catalog and assessment."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import rfc8785
from sqlalchemy.orm import Session

from app.assessment.drafts import (
    AttachedDraft,
    BankDraft,
    ChallengeDraft,
    ExamDraft,
    ProjectDraft,
    QuestionDraft,
)
from app.assessment.publishing import publish_challenge, publish_exam, publish_project, store_bank
from app.assessment.rules import GRACE
from app.authoring.durations import Months
from app.authoring.lessons import blocks, parse_body, word_count
from app.authoring.report import Report
from app.authoring.skills_file import SkillsFile
from app.authoring.tree import (
    Attached,
    Award,
    Challenge,
    Course,
    Exam,
    Lesson,
    LessonText,
    Module,
    Project,
    ProjectItem,
    Question,
    Quiz,
    Row,
)
from app.catalog.drafts import ItemDraft, LessonDraft, ModuleDraft, SkillDraft, VersionDraft
from app.catalog.files import keep_text
from app.catalog.models import CourseVersion
from app.catalog.services import publish_version
from app.foundation.actor import Actor
from app.foundation.errors import RuleError
from app.foundation.i18n import gettext as _
from app.foundation.markdown import render
from app.foundation.tiers import Tier
from app.skills.services import TaxonomyImport, import_taxonomy

AVERAGE_MONTH_DAYS = 30
PROJECT_MINUTES = 120  # where the author does not say


@dataclass(frozen=True)
class CourseImport:
    """What an import did: `new` is false when this very content was already published."""

    version: CourseVersion
    new: bool


def import_course(session: Session, *, actor: Actor, course: Course) -> CourseImport:
    """Publish a checked course; the same content again changes nothing, changed content makes a new version."""
    _refuse_what_is_not_built(course)
    version, new = publish_version(session, actor=actor, draft=_version_draft(course))
    if new:
        for bank in course.banks:
            questions = [_question_draft(question) for question in bank.questions if not question.void]
            store_bank(session, course_id=version.course_id, draft=BankDraft(slug=bank.id, questions=questions))
        for exam in (*_quizzes(course), *map(_exam_draft, course.exams)):
            publish_exam(session, course_id=version.course_id, course_version_id=version.id, draft=exam)
        for project in course.projects:
            publish_project(session, course_version_id=version.id, draft=_project_draft(course, project))
        for challenge in course.challenges:
            publish_challenge(session, course_version_id=version.id, draft=_challenge_draft(challenge))
    if course.files:
        keep_text(session, version.id, course.files)
    return CourseImport(version=version, new=new)


def import_skills(session: Session, skills: SkillsFile) -> TaxonomyImport:
    """Bring the taxonomy to the state of a checked `skills.yaml`."""
    entries = [
        {
            "id": skill.id,
            "kind": skill.kind,
            "family": skill.family,
            "label": dict(skill.label),
            "alt": {language: list(words) for language, words in skill.alternatives.items()},
            "esco": skill.esco,
            "broader": list(skill.broader),
            "can_do": {str(tier.number): dict(texts) for tier, texts in skill.can_do.items()},
        }
        for skill in skills.skills
    ]
    return import_taxonomy(session, {"release": skills.release, "skills": entries}, source=skills.source or None)


def _refuse_what_is_not_built(course: Course) -> None:
    """The format says more than the site can do so far: better refused than dropped in silence."""
    if any(exam.grace != GRACE for exam in course.exams):
        raise RuleError(_("Only a grace of 60 seconds is supported so far."))
    if any(exam.release == "window" and exam.closes is None for exam in course.exams):
        raise RuleError(_("Results come out when the window closes, and this one never does."))
    if any(exam.award and exam.award.assurance > 1 for exam in course.exams):
        raise RuleError(_("Supervised exams are not supported so far: the assurance is 0 or 1."))
    bodies = [project.body for project in course.projects] + [challenge.body for challenge in course.challenges]
    reviews = [body.get("review") or {} for body in bodies]
    if any(review.get("peers") or review.get("aggregate") == "mean" for review in reviews):
        raise RuleError(_("Only projects marked by staff, by the median of each line, are supported so far."))
    if any(review.get("staff", 1) not in (1, 2) for review in reviews):
        raise RuleError(_("Only projects marked by one or two people are supported so far."))


def content_sha256(course: Course) -> str:
    """The SHA-256 of everything a course says, whatever the layout of its files."""
    said = asdict(course)
    del said["files"]
    for exam in said["exams"]:
        if not exam["safe_exam_browser"]:  # a later key of the format: a course without it is still the same course
            del exam["safe_exam_browser"]
    if not said["challenges"]:  # later than the others too
        del said["challenges"]
    return hashlib.sha256(rfc8785.dumps(_plain(said))).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return hashlib.sha256(value).hexdigest()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, timedelta):
        return f"{value.total_seconds():.0f}s"
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value) if isinstance(value, float | Decimal) else value


def _version_draft(course: Course) -> VersionDraft:
    return VersionDraft(
        slug=course.id,
        content_sha256=content_sha256(course),
        tier=course.level.number,
        languages=course.languages,
        title=course.title,
        tagline=course.tagline,
        description_html={language: str(render(text, language)) for language, text in course.description.items()},
        assumes=course.assumes,
        hours=Decimal(str(course.hours or 0)),
        domains={domain.id: {"title": dict(domain.title), "skills": list(domain.skills)} for domain in course.domains},
        change_note=course.change_note,
        not_yet=course.not_yet,
        prerequisites=course.prerequisite_courses,
        skills=list(_skill_drafts(course)),
        modules=[_module_draft(course, module) for module in course.modules],
    )


def _skill_drafts(course: Course) -> Iterable[SkillDraft]:
    """What the course teaches, at the tier it certifies where an exam certifies it."""
    proven = {skill.skill: skill.level for exam in course.exams if exam.award for skill in exam.award.skills}
    taught = {skill.skill: skill.level for skill in course.teaches} | proven
    return (SkillDraft(slug=slug, tier=level.number, proven=slug in proven) for slug, level in sorted(taught.items()))


def _module_draft(course: Course, module: Module) -> ModuleDraft:
    mastery = module.mastery
    return ModuleDraft(
        slug=module.id,
        title=module.title,
        summary=module.summary,
        requires=module.requires,
        mastery={"quiz": mastery.quiz, "threshold": str(mastery.threshold)} if mastery else None,
        items=[_item_draft(course, item) for item in module.items],
    )


def _item_draft(course: Course, item: Lesson | Quiz | ProjectItem) -> ItemDraft:
    if isinstance(item, Quiz):
        return ItemDraft(kind="quiz", slug=item.id, title=item.title, minutes=item.minutes or 10)
    if isinstance(item, ProjectItem):
        project = next(one for one in course.projects if one.id == item.project)
        return ItemDraft(
            kind="project", slug=project.id, title=project.title, minutes=project.minutes or PROJECT_MINUTES
        )
    return ItemDraft(
        kind="lesson",
        slug=item.id,
        title={language: text.title for language, text in item.texts.items()},
        minutes=max(text.minutes for text in item.texts.values()),
        texts=[_lesson_draft(course, text) for text in item.texts.values()],
    )


def _lesson_draft(course: Course, text: LessonText) -> LessonDraft:
    return LessonDraft(
        language=text.language,
        title=text.title,
        objectives=text.objectives,
        terms=[{"term": term.term, "other": term.other, "meaning": term.meaning} for term in text.terms],
        blocks=[dict(block) for block in blocks(text, course.figures)],
        words=word_count(parse_body(text.body, text.path, Report(), text.line)),
    )


def _question_draft(question: Question) -> QuestionDraft:
    prior = question.body.get("b")
    return QuestionDraft(
        slug=question.id,
        type=question.type,
        domain=question.domain,
        level=question.level.number,
        body=question.body,
        b_prior=Decimal(str(prior)) if prior is not None else None,
    )


def _blueprint(rows: Iterable[Row], default: Tier) -> list[dict[str, Any]]:
    return [
        {
            "domain": row.domain,
            "level": (row.level or default).number,
            "count": row.count,
            "points": str(row.points),
            "type": row.type,
            "tags": list(row.tags),
            "skills": list(row.skills),
        }
        for row in rows
    ]


def _quizzes(course: Course) -> Iterable[ExamDraft]:
    for module in course.modules:
        for item in module.items:
            if isinstance(item, Quiz):
                yield _quiz_draft(module, item)


def _quiz_draft(module: Module, quiz: Quiz) -> ExamDraft:
    gate = module.mastery if module.mastery and module.mastery.quiz == quiz.id else None
    threshold = str(gate.threshold) if gate else "0.8"
    return ExamDraft(
        slug=quiz.id,
        kind="practice",
        title=quiz.title,
        banks=sorted({row.bank for row in quiz.pick if row.bank}),
        blueprint=_blueprint(quiz.pick, module.level),
        settings={
            "duration_s": None,
            "max_attempts": gate.attempts if gate else None,
            "cooldown_s": [int(gate.cooldown.total_seconds())] if gate and gate.cooldown else [],
            "cut": threshold,
            "threshold": threshold,
            "release": "at_once",
            "shows": "items",
        },
        pledge={},
    )


def _exam_draft(exam: Exam) -> ExamDraft:
    return ExamDraft(
        slug=exam.id,
        kind="certification" if exam.award else "graded",
        title=exam.title,
        banks=exam.banks,
        blueprint=_blueprint(exam.blueprint, exam.award.level if exam.award else Tier.BEGINNER),
        settings={
            "duration_s": int(exam.duration.total_seconds()),
            "max_attempts": exam.attempts,
            "cooldown_s": [int(delay.total_seconds()) for delay in exam.cooldowns],
            "opens": exam.opens.isoformat() if exam.opens else None,
            "closes": exam.closes.isoformat() if exam.closes else None,
            "policy": exam.policy,
            "cut": str(exam.cut),
            "method": exam.method,
            "shuffle_questions": exam.shuffle_questions,
            "shuffle_options": exam.shuffle_options,
            "release": exam.release,
            "shows": exam.shows,
            **({"navigation": exam.navigation} if exam.navigation != "free" else {}),
            "requires": list(exam.requires),
            "awards": _award(exam.award),
            **({"safe_exam_browser": list(exam.safe_exam_browser)} if exam.safe_exam_browser else {}),
            "description": dict(exam.description),
            "criteria": dict(exam.criteria),
        },
        pledge=exam.pledge,
    )


def _project_draft(course: Course, project: Project) -> ProjectDraft:
    asked: int = (project.body.get("review") or {}).get("staff", 1)
    return ProjectDraft(
        slug=project.id,
        title=project.title,
        brief_html={language: str(render(text, language)) for language, text in project.brief.items()},
        body=project.body,
        markers=max(asked, 2 if counts_for_certificate(course, project.id) else 1),
    )


def _challenge_draft(challenge: Challenge) -> ChallengeDraft:
    staff: int = (challenge.body.get("review") or {}).get("staff", 1)
    brief = {language: str(render(text, language)) for language, text in challenge.brief.items()}
    return ChallengeDraft(
        project=ProjectDraft(challenge.id, challenge.title, brief, challenge.body, markers=staff),
        promise=challenge.promise,
        minutes=challenge.minutes,
        duration_s=int(challenge.duration.total_seconds()),
        team=challenge.team,
        feedback_s=int(challenge.feedback.total_seconds()),
        materials=[_attached_draft(one) for one in challenge.materials],
        sealed=[_attached_draft(one) for one in challenge.sealed],
    )


def _attached_draft(attached: Attached) -> AttachedDraft:
    return AttachedDraft(title=attached.title, files=attached.files)


def counts_for_certificate(course: Course, project: str) -> bool:
    """Must the project be accepted before an exam that certifies? Not where passing exercises opens the exam."""
    opening = {
        module.id
        for module in course.modules
        if module.mastery is None
        and any(isinstance(item, ProjectItem) and item.project == project for item in module.items)
    }
    return any(exam.award and opening & set(exam.requires) for exam in course.exams)


def _award(award: Award | None) -> dict[str, Any] | None:
    if award is None:
        return None
    return {
        "level": award.level.number,
        "assurance": award.assurance,
        "validity_months": _months(award.validity),
        "skills": [{"id": skill.skill, "level": skill.level.number} for skill in award.skills],
    }


def _months(validity: Months | timedelta | None) -> int | None:
    if validity is None or isinstance(validity, Months):
        return validity.number if validity else None
    return max(1, round(validity.days / AVERAGE_MONTH_DAYS))
