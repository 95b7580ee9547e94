"""Which questions a row of a blueprint or quiz may draw, and whether there are enough of them."""

from collections.abc import Sequence

from app.authoring.drafts import QuestionDraft
from app.authoring.reading import Mapping, Node, child, items, number_of, text_of
from app.authoring.report import nearest, quoted
from app.authoring.schemas import MOST_ROWS
from app.authoring.shapes import Context
from app.foundation.i18n import gettext as _


def pool(row: Node, questions: Sequence[QuestionDraft]) -> set[str]:
    """Ids of the questions that fit every filter of the row: bank, domain, level, type, tags and skills."""
    filters = {key: text_of(child(row, key)) for key in ("domain", "level", "type")}
    wanted = {key: words(child(row, key)) for key in ("tags", "skills")}
    bank = text_of(child(row, "bank"))
    return {
        question.id
        for question in questions
        if not question.is_void
        and (bank is None or question.bank == bank)
        and all(value is None or text_of(question.node.get(key)) == value for key, value in filters.items())
        and all(value <= words(question.node.get(key)) for key, value in wanted.items())
    }


def words(node: Node | None) -> set[str]:
    """The texts of a list."""
    return {word for item in items(node) if (word := text_of(item)) is not None}


def check_rows(rows: Sequence[Node], questions: Sequence[QuestionDraft], context: Context, reserve: int) -> None:
    """E170: unknown bank; E162: rows ask more than there is, alone or together; W163: pool below `reserve` × count."""
    banks = {question.bank for question in questions}
    asked: list[tuple[Mapping, int, set[str]]] = []
    for row in rows[:MOST_ROWS]:
        bank_node, count = child(row, "bank"), number_of(child(row, "count"))
        bank = text_of(bank_node)
        if bank_node is not None and bank is not None and bank not in banks:
            message = _("The course has no bank “%(word)s”.", word=quoted(bank))
            context.add(bank_node.mark, "E170", message, nearest(bank, banks))
        elif isinstance(row, Mapping) and isinstance(count, int):
            asked.append((row, count, pool(row, questions)))
    filled = [_check_row(row, count, found, context, reserve) for row, count, found in asked]
    if all(filled):
        _check_together(asked, context)


def _check_row(row: Mapping, count: int, found: set[str], context: Context, reserve: int) -> bool:
    if count > len(found):
        message = _(
            "Questions asked by this row: %(count)s; held by the banks: %(held)s.", count=count, held=len(found)
        )
        context.add(row.mark, "E162", message, _("write more, or ask fewer"))
        return False
    if len(found) < reserve * count:
        message = _("Questions drawn by this row: %(count)s; to choose from: %(held)s.", count=count, held=len(found))
        context.add(row.mark, "W163", message, _("have at least %(number)s", number=reserve * count))
    return True


def _check_together(asked: list[tuple[Mapping, int, set[str]]], context: Context) -> None:
    """Rows linked by shared questions may each be served and still ask too much together."""
    groups: list[tuple[Mapping, int, set[str]]] = []
    for row, count, found in asked:
        linked = [group for group in groups if group[2] & found]
        total = count + sum(group[1] for group in linked)
        union = found.union(*(group[2] for group in linked))
        groups = [*(group for group in groups if group not in linked), (row, total, union)]
    for row, count, found in groups:
        if count > len(found):
            message = _(
                "Questions asked by this row and those that share its pool: %(count)s; held: %(held)s.",
                count=count,
                held=len(found),
            )
            context.add(row.mark, "E162", message, _("write more, or ask fewer"))
