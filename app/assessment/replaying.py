"""Play an attempt again from its record: the form from its seed, the answers from their events, every mark; compare."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import rfc8785

from app.assessment import drawing, essays, grading, layouts, regrading, rubrics, rules
from app.assessment.regrading import CAUSE, REMARKED, Decided, Decision, Kind, Remarked, Slot
from app.assessment.scored import GradingError
from app.audit import chain

Record: TypeAlias = Mapping[str, Any]  # as app/assessment/records.py writes it


@dataclass(frozen=True, slots=True)
class Difference:
    """What was stored and what the replay gives instead; `where` names the part of the record."""

    where: str
    stored: object
    replayed: object


def replay(record: Record) -> list[Difference]:
    """Replay a whole record; empty when everything agrees to the last decimal."""
    parts = (_form, _bodies, _answers, _papers, _marks, _audit)
    return [difference for part in parts for difference in part(record)]


def _compare(where: str, stored: object, replayed: object) -> Iterator[Difference]:
    if stored != replayed:
        yield Difference(where, stored, replayed)


def _form(record: Record) -> Iterator[Difference]:
    """The layout is the truth, the seed its proof: options always, questions where what the draw looked at was kept."""
    seed, settings = bytes.fromhex(record["attempt"]["seed"]), record["exam"]["settings"]
    for item in record["items"]:
        shuffle = settings.get("shuffle_options", True)
        order = layouts.draw_layout(item["body"], seed, item["slot"], shuffle=shuffle)
        yield from _compare(f"options of slot {item['slot']}", item["option_order"], order)
    if record["attempt"]["drawn_from"] is not None:
        stored = [(one["slot"], one["question"], Decimal(one["points"])) for one in record["items"]]
        yield from _compare("questions drawn", stored, _drawn(record, seed))


def _drawn(record: Record, seed: bytes) -> list[tuple[int, str, Decimal]]:
    saw = record["attempt"]["drawn_from"]
    try:
        drawn = drawing.draw(
            [drawing.row_of(row) for row in record["exam"]["blueprint"]],
            drawing.candidates_of([one for one in record["pool"] if one["public_id"] not in saw["void"]]),
            saw["seen"],
            drawing.Exposure(attempts=saw["attempts"], counts=saw["counts"]),
            seed,
        )
    except drawing.PoolTooSmall:
        return []
    slots = drawing.layout(drawn, seed, shuffle=record["exam"]["settings"].get("shuffle_questions", True))
    return [(slot.number, slot.drawn.candidate.public_id, slot.drawn.points) for slot in slots]


def _bodies(record: Record) -> Iterator[Difference]:
    for item in record["items"]:
        digest = hashlib.sha256(rfc8785.dumps(item["body"])).hexdigest()
        yield from _compare(f"question of slot {item['slot']}", item["body_sha256"], digest)


def _answers(record: Record) -> Iterator[Difference]:
    """The answers in force are the last counted events, each one revision after the other; the receipt covers them."""
    in_force: dict[int, tuple[int, Any]] = {}
    for number, event in enumerate(record["events"], start=1):
        slot, rev = event["slot"], event["rev"]
        digest = rules.answer_digest(slot, rev, event["payload"])
        yield from _compare(f"digest of event {number}", event["body_sha256"], digest)
        if event["counted"]:
            before = in_force.get(slot, (0, None))[0]
            yield from _compare(f"revision of event {number}", rev, before + 1)
            in_force[slot] = (rev, event["payload"])
    stored = {one["slot"]: (one["rev"], one["payload"]) for one in record["answers"]}
    yield from _compare("answers in force", stored, in_force)
    if record["attempt"]["receipt_sha256"]:
        receipt = rules.receipt((slot, rev, payload) for slot, (rev, payload) in in_force.items())
        yield from _compare("receipt", record["attempt"]["receipt_sha256"], receipt)


def _papers(record: Record) -> Iterator[Difference]:
    """The levels decided of each essay and file are the median of the markings signed, as many as were wanted."""
    bodies = {item["slot"]: item["body"] for item in record["items"]}
    again = [paper for one in record.get("remarkings", ()) for paper in one["papers"]]
    for paper in (*record.get("papers", ()), *again):
        done = [one["levels"] for one in paper["markings"]]
        wanted = rubrics.markers_needed(essays.rubric_in(bodies[paper["slot"]]), done, paper["markers"])
        decided = rubrics.combined(done) if len(done) >= wanted else None
        yield from _compare(f"levels of slot {paper['slot']}", paper["levels"], decided)


def _marks(record: Record) -> Iterator[Difference]:
    """Every revision of the result, in order, from the answers to the last decimal."""
    if not record["results"]:
        yield from _while_people_mark(record)
        return
    cut_of = _cut_rule(record)
    slots = _first_marks(record)
    yield from _compare("scores, revision 1", _scores(record, 1), {one.number: (one.credit, one.rule) for one in slots})
    outcome = regrading.regrade(slots, cut_of, published_pass=False)
    yield from _compare("result, revision 1", _result(record["results"][0]), _of(outcome))
    for before, result in zip(record["results"], record["results"][1:], strict=False):
        slots = _decided(record, slots, *_until(record, result))
        published = before["passed"] and _was_published(record, result["reason"])
        outcome = regrading.regrade(slots, cut_of, published_pass=published)
        number = result["revision"]
        changed = {one.number: (one.credit, one.rule) for one in outcome.changed}
        yield from _compare(f"scores, revision {number}", _scores(record, number), changed)
        yield from _compare(f"result, revision {number}", _result(result), _of(outcome))
        now = {one.number: one for one in outcome.changed}
        slots = [now.get(one.number, one) for one in slots]
    yield from _missing(record, slots, cut_of)


def _while_people_mark(record: Record) -> Iterator[Difference]:
    """What a program marks is marked when an attempt is handed in, and waits for what people mark."""
    by_people = {paper["slot"] for paper in record.get("papers", ())}
    now = {one.number: (one.credit, one.rule) for one in _first_marks(record) if one.number not in by_people}
    if record["attempt"]["state"] != "in_progress":
        yield from _compare("scores, revision 1", _scores(record, 1), now)


def _counted(record: Record) -> list[Mapping[str, Any]]:
    """The items that count: nobody marks the essays of exercises."""
    exercises = record["exam"]["kind"] == "practice"
    return [one for one in record["items"] if not (exercises and essays.is_marked_by_people(one["body"]["type"]))]


def _cut_rule(record: Record) -> regrading.CutOf:
    """The panel's means where the attempt was marked by a panel, else the exam's share of the points."""
    rated = {item["slot"]: Fraction(item["rated"]) for item in record["items"] if item["rated"] is not None}
    return regrading.cut_rule(record["exam"]["settings"]["cut"], rated or None)


def _first_marks(record: Record) -> list[Slot]:
    payloads = {one["slot"]: one["payload"] for one in record["answers"]}
    levels = {paper["slot"]: paper["levels"] for paper in record.get("papers", ())}
    slots = []
    for item in _counted(record):
        slot = item["slot"]
        try:
            scored = grading.score_stored(item["body"], payloads.get(slot), item["option_order"], levels.get(slot))
            credit, rule = scored.score, scored.rule
        except GradingError:  # nobody has marked it yet, or its marking is missing: no mark at all
            credit, rule = Decimal(0), ""
        slots.append(Slot(slot, Decimal(item["points"]), item["domain"], credit, rule))
    return slots


def _scores(record: Record, revision: int) -> dict[int, tuple[Decimal, str]]:
    return {
        one["slot"]: (Decimal(one["credit"]), one["rule"]) for one in record["scores"] if one["revision"] == revision
    }


def _result(stored: Mapping[str, Any]) -> tuple[object, ...]:
    domains = [
        (one["domain"], Decimal(one["total"]), Decimal(one["max"]), Decimal(one["percent"]))
        for one in stored["per_domain"]
    ]
    marks = tuple(Decimal(stored[name]) for name in ("total", "max", "cut"))
    return (*marks, stored["passed"], stored["kept"], domains)


def _of(outcome: regrading.Outcome) -> tuple[object, ...]:
    mark = outcome.mark
    domains = [(one.domain, one.total, one.maximum, one.percent) for one in mark.per_domain]
    return (mark.total, mark.maximum, outcome.cut, outcome.passed, outcome.kept, domains)


def _until(record: Record, result: Mapping[str, Any]) -> tuple[list[Record], list[Record]]:
    """The decisions and the re-markings in force when a revision was made: those approved by then.

    Of decisions, up to the one that its reason names: later ones, approved before the worker came, have their own.
    """
    names, named = [one["id"] for one in record["decisions"]], result["reason"].removeprefix(CAUSE)
    again = [one for one in _approved(record) if one["approved_at"] <= result["decided_at"]]
    if named in names:
        return record["decisions"][: names.index(named) + 1], again
    moments = [one["approved_at"] for one in again if REMARKED + one["id"] == result["reason"]]
    return [one for one in record["decisions"] for moment in moments if one["approved_at"] <= moment], again


def _approved(record: Record) -> list[Record]:
    return [one for one in record.get("remarkings", ()) if one["state"] == "approved"]


def _remarked(record: Record, remarkings: Sequence[Record]) -> dict[int, Remarked]:
    """What answers earned on appeal, by slot; of several times, the last counts."""
    items = {item["slot"]: item for item in record["items"]}
    found: dict[int, Remarked] = {}
    for one in remarkings:
        at = datetime.fromisoformat(one["approved_at"])
        for mark in one["marks"]:
            points = Decimal(items[mark["slot"]]["points"])
            found[mark["slot"]] = Remarked(regrading.credit_of_points(Decimal(mark["points"]), points), at)
        for paper in one["papers"]:
            if paper["levels"] is not None:
                body = items[paper["slot"]]["body"]
                found[paper["slot"]] = Remarked(regrading.credit_of_levels(body, paper["levels"]), at)
    return found


def _decided(
    record: Record, slots: Sequence[Slot], decisions: Sequence[Record], remarkings: Sequence[Record]
) -> list[Slot]:
    newest = {(one["question"], one["version"]): one for one in decisions}
    payloads = {one["slot"]: one["payload"] for one in record["answers"]}
    remarked = _remarked(record, remarkings)
    decided = []
    for slot, item in zip(slots, _counted(record), strict=True):
        found = newest.get((item["question"], item["version"]))
        on_it = None
        if found is not None:
            at = datetime.fromisoformat(found["approved_at"])
            decision = Decision(found["id"], Kind(found["kind"]), found["key"], at)
            on_it = Decided(decision, item["body"], payloads.get(slot.number), item["option_order"])
        decided.append(replace(slot, decided=on_it, remarked=remarked.get(slot.number)))
    return decided


def _was_published(record: Record, reason: str) -> bool:
    """Was the result before already known to its candidate? The worker's regrade is on record, after the release."""
    events = [(one["event"], (one["details"] or {}).get("reason")) for one in record["audit"]]
    if ("attempt.regraded", reason) not in events:
        return False
    before = events[: events.index(("attempt.regraded", reason))]
    return any(event == "attempt.released" for event, _reason in before)


def _missing(record: Record, slots: Sequence[Slot], cut_of: regrading.CutOf) -> Iterator[Difference]:
    """A decision that was carried out for everybody, or a re-marking, of which this result knows nothing."""
    last, again = record["results"][-1], _approved(record)
    counted, _earlier = _until(record, last)  # which may not be carried out for everybody yet
    done = [one for one in record["decisions"] if one["carried_out"] or one in counted]
    if record["attempt"]["state"] not in ("scored", "released") or record["exam"]["kind"] == "practice":
        return
    if not (done or again):
        return
    outcome = regrading.regrade(_decided(record, slots, done, again), cut_of, published_pass=last["passed"])
    yield from _compare("result in force", _result(last)[:3], _of(outcome)[:3])


def _audit(record: Record) -> Iterator[Difference]:
    """Each line covers its own content; whether lines are missing, only the whole chain can tell."""
    for line in record["audit"]:
        content = {name: line[name] for name in ("seq", "at", "actor", "event", "subject", "body_sha256")}
        yield from _compare(f"audit line {line['seq']}", line["hash"], chain.row_hash(line["previous"], content))
        if line["details"]:  # emptied when a person is erased, or kept from a reader
            yield from _compare(f"audit details {line['seq']}", line["body_sha256"], chain.body_hash(line["details"]))
