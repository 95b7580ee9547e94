"""Services that draw many certificates at once, on every core: processes draw, this one keeps what they drew."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from app.certification import site
from app.certification.files import Drawing, draw, drawing_of, keep_file, warm_up
from app.certification.models import Certificate, CertificateDocument, CertificateFile
from app.certification.queries import document_is_in_force
from app.certification.seal import find_seal
from app.config import Settings
from certificates.errors import CertificateError

AHEAD = 4  # drawings that wait for each process: few, so that memory does not grow with their number


@dataclass(frozen=True)
class Drawn:
    """What became of one drawing: `why` it failed, or empty."""

    certificate_id: int
    why: str = ""


def waiting_drawings(session: Session) -> Sequence[int]:
    """Keys of the certificates whose document in force is not drawn yet, oldest first."""
    drawn = select(CertificateFile.id).where(
        CertificateFile.certificate_id == Certificate.id,
        CertificateFile.kind == "pdf",
        CertificateFile.revision == CertificateDocument.revision,
    )
    return session.scalars(
        select(Certificate.id)
        .join(CertificateDocument, CertificateDocument.certificate_id == Certificate.id)
        .where(document_is_in_force(), CertificateDocument.credential.is_not(None), ~drawn.exists())
        .order_by(Certificate.id)
    ).all()


def cores() -> int:
    """How many processes this machine runs at once for us."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def draw_all(engine: Engine, certificate_ids: Sequence[int], jobs: int) -> Iterator[Drawn]:
    """Draw and keep these, as many at once as `jobs`; one that fails leaves the others alone.

    Raises ConflictError when there is no seal or no private key here: every drawing would fail.
    """
    find_seal()  # made once here when it is missing, rather than by each process
    drawings = (one for one in (_read(engine, key) for key in certificate_ids) if one is not None)
    if jobs == 1:
        yield from (_kept(engine, one, lambda one=one: draw(one)) for one in drawings)  # type: ignore[misc]
        return
    context = get_context("spawn")  # a fork would share the database's connections
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(site.settings(),)) as pool:
        yield from _drawn(engine, pool, drawings, jobs * AHEAD)


def _drawn(engine: Engine, pool: ProcessPoolExecutor, drawings: Iterator[Drawing], ahead: int) -> Iterator[Drawn]:
    running: dict[Future[bytes], Drawing] = {pool.submit(draw, one): one for one in islice(drawings, ahead)}
    while running:
        done, _rest = wait(running, return_when=FIRST_COMPLETED)
        for future in done:
            yield _kept(engine, running.pop(future), future.result)
            running |= {pool.submit(draw, one): one for one in islice(drawings, 1)}


def _begin(settings: Settings) -> None:
    """What each process does once."""
    site.install(settings)
    warm_up()


def _read(engine: Engine, certificate_id: int) -> Drawing | None:
    with Session(engine) as session:
        return drawing_of(session, certificate_id)


def _kept(engine: Engine, drawing: Drawing, picture: Callable[[], bytes]) -> Drawn:
    try:
        content = picture()
    except CertificateError as error:
        return Drawn(drawing.certificate_id, str(error))
    with Session(engine) as session:
        keep_file(session, drawing, content)
        session.commit()
    return Drawn(drawing.certificate_id)
