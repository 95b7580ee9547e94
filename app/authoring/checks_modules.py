"""Checks of modules: what they require, the quiz that opens the next one, and the projects they place."""

from collections.abc import Iterable

from app.authoring.drafts import Draft, ModuleDraft
from app.authoring.pools import check_rows
from app.authoring.reading import Node, child, items, text_of
from app.authoring.report import nearest, quoted
from app.authoring.shapes import Context
from app.foundation.i18n import gettext as _


def check(draft: Draft) -> None:
    """E162, E170, E180, E181 and W183 of the course's modules."""
    modules = {text_of(child(module.node, "id")) or "": module for module in draft.modules}
    for module in draft.modules:
        check_modules_known(items(child(module.node, "requires")), modules, draft.context)
        _check_mastery(module, draft.context)
        _check_projects(module, draft)
    _check_every_project_has_its_place(draft)
    _check_cycles(modules, draft.context)
    for quiz in draft.quizzes():
        check_rows(items(quiz.get("pick")), draft.questions, draft.context, reserve=1)


def check_modules_known(nodes: Iterable[Node], modules: Iterable[str], context: Context) -> None:
    """E181 for each node that names no module of the course."""
    known = list(modules)
    for node in nodes:
        word = text_of(node)
        if word is not None and word not in known:
            message = _("The course has no module “%(word)s”.", word=quoted(word))
            context.add(node.mark, "E181", message, nearest(word, known))


def _check_mastery(module: ModuleDraft, context: Context) -> None:
    node = child(child(module.node, "mastery"), "quiz")
    word = text_of(node)
    quizzes = [quiz for item in items(child(module.node, "items")) if (quiz := text_of(child(item, "quiz")))]
    if node is not None and word is not None and word not in quizzes:
        message = _("This module has no quiz “%(word)s”.", word=quoted(word))
        context.add(node.mark, "E170", message, nearest(word, quizzes))


def _check_projects(module: ModuleDraft, draft: Draft) -> None:
    known = [text_of(child(project, "id")) or "" for project in draft.projects]
    for item in items(child(module.node, "items")):
        node = child(item, "project")
        word = text_of(node)
        if node is not None and word is not None and word not in known:
            message = _("The course has no project “%(word)s”.", word=quoted(word))
            draft.context.add(node.mark, "E170", message, nearest(word, known))


def _check_every_project_has_its_place(draft: Draft) -> None:
    """W183: a project that no module places is read by nobody."""
    placed = {
        text_of(child(item, "project")) for module in draft.modules for item in items(child(module.node, "items"))
    }
    for project in draft.projects:
        node = child(project, "id")
        word = text_of(node)
        if node is not None and word is not None and word not in placed:
            message = _("No module places the project “%(word)s”.", word=quoted(word))
            draft.context.add(node.mark, "W183", message, _("add “- project: %(id)s” to the items of one", id=word))


def _check_cycles(modules: dict[str, ModuleDraft], context: Context) -> None:
    """E180 once for every module that requires itself in the end."""
    requires = {
        name: [word for node in items(child(module.node, "requires")) if (word := text_of(node)) in modules]
        for name, module in modules.items()
    }
    for name, module in modules.items():
        reached: set[str] = set()
        waiting = list(requires[name])
        while waiting:
            following = waiting.pop()
            if following not in reached:
                reached.add(following)
                waiting += [word for word in requires[following] if word]
        node = child(module.node, "requires")
        if name in reached and node is not None:
            message = _("The module “%(word)s” requires itself in the end.", word=quoted(name))
            context.add(node.mark, "E180", message, _("remove one of the requirements"))
