"""Answers saved on SQLite while every write and every sync is logged: what a power cut could leave on the disk.

`record`, in a process of its own, saves answers through the program's own engine and service, and leaves
base.sqlite, the database before, and log, what happened to its files since.
A machine that loses its power keeps what was synced; of the rest any part, and the last piece may be torn.
"""

from __future__ import annotations

import _sqlite3
import ctypes
import os
import pickle
import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random  # noqa: TID251 - seeded
from typing import Any

SECTOR = 512
OK = 0


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes written to a file at an offset; `data` is None for a truncation to that offset."""

    file: str
    offset: int
    data: bytes | None


@dataclass(frozen=True, slots=True)
class Sync:
    """The system gave back control after a sync: what was written to the file before is on the disk."""

    file: str


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """The candidate was told that this revision of this question is saved."""

    slot: int
    rev: int


Event = Write | Sync | Acknowledged


class _Vfs(ctypes.Structure):
    """The head of sqlite3_vfs (sqlite3.h)."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("size_of_file", ctypes.c_int),
        ("longest_path", ctypes.c_int),
        ("next", ctypes.c_void_p),
        ("name", ctypes.c_char_p),
        ("data", ctypes.c_void_p),
        ("open", ctypes.c_void_p),
    )


class _Methods(ctypes.Structure):
    """sqlite3_io_methods, version 3 (sqlite3.h)."""

    _fields_ = (
        ("version", ctypes.c_int),
        ("close", ctypes.c_void_p),
        ("read", ctypes.c_void_p),
        ("write", ctypes.c_void_p),
        ("truncate", ctypes.c_void_p),
        ("sync", ctypes.c_void_p),
        ("others", ctypes.c_void_p * 13),
    )


class _File(ctypes.Structure):
    """sqlite3_file (sqlite3.h)."""

    _fields_ = (("methods", ctypes.POINTER(_Methods)),)


_OPEN = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.POINTER(_File), ctypes.c_int, ctypes.c_void_p
)
_WRITE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int, ctypes.c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int64)
_SYNC = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int)


class Recorder:
    """Stands between SQLite and the system in this process, for the files it opens from now on."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._kept: list[Any] = []  # what C points at must outlive every connection
        sqlite = ctypes.CDLL(_sqlite3.__file__)  # the very library that Python's module is linked with
        sqlite.sqlite3_vfs_find.restype = ctypes.POINTER(_Vfs)
        vfs = sqlite.sqlite3_vfs_find(None).contents
        self._open = _OPEN(vfs.open)
        vfs.open = self._pointer(_OPEN(self._opened))

    def _pointer(self, function: Any) -> int | None:
        self._kept.append(function)
        return ctypes.cast(function, ctypes.c_void_p).value

    def _opened(self, vfs: int, path: int | None, file: Any, flags: int, out_flags: int) -> int:
        code = self._open(vfs, path, file, flags, out_flags)  # SQLite keeps this very pointer: never a copy of ours
        name = os.fsdecode(ctypes.string_at(path)) if path else ""
        if code == OK and name.endswith((".sqlite", "-wal")):
            methods = _Methods.from_buffer_copy(file.contents.methods.contents)
            self._listen(methods, Path(name).name)
            self._kept.append(methods)
            file.contents.methods = ctypes.pointer(methods)
        return int(code)

    def _listen(self, methods: _Methods, name: str) -> None:
        write, truncate, sync = _WRITE(methods.write), _TRUNCATE(methods.truncate), _SYNC(methods.sync)

        def written(file: int, data: int, size: int, offset: int) -> int:
            self.events.append(Write(name, offset, ctypes.string_at(data, size)))
            return int(write(file, data, size, offset))

        def truncated(file: int, size: int) -> int:
            self.events.append(Write(name, size, None))
            return int(truncate(file, size))

        def synced(file: int, flags: int) -> int:
            code = int(sync(file, flags))
            self.events.append(Sync(name))
            return code

        methods.write = self._pointer(_WRITE(written))
        methods.truncate = self._pointer(_TRUNCATE(truncated))
        methods.sync = self._pointer(_SYNC(synced))


def left_on_disk(events: list[Event], base: bytes, name: str, chance: Random) -> bytes:
    """What a file holds after a cut: all that was synced, a random half of the rest, the last of it torn."""
    content, pending = bytearray(base), list[Write]()
    for event in events:
        if isinstance(event, Write) and event.file == name:
            pending.append(event)
        elif isinstance(event, Sync) and event.file == name:
            for one in pending:
                _apply(content, one)
            pending.clear()
    lucky = [one for one in pending if chance.random() < 0.5]
    for one in lucky:
        torn = one is lucky[-1] and one.data is not None
        _apply(content, Write(name, one.offset, _torn(one.data or b"", chance)) if torn else one)
    return bytes(content)


def _torn(data: bytes, chance: Random) -> bytes:
    return data[: SECTOR * chance.randint(0, len(data) // SECTOR)] if len(data) > SECTOR else data


def _apply(content: bytearray, write: Write) -> None:
    if write.data is None:
        del content[write.offset :]
        return
    if write.offset > len(content):
        content.extend(bytes(write.offset - len(content)))
    content[write.offset : write.offset + len(write.data)] = write.data


def record(where: str, mode: str, answers: int) -> None:
    """Save answers under `synchronous` full or normal, and leave the log; ends the process without closing a file."""
    from sqlalchemy import event, text

    from app.extensions import db
    from app.foundation import clock
    from tests.faults.exam import an_app, save, seats

    folder = Path(where)
    database = folder / "answers.sqlite"
    app = an_app(f"sqlite:///{database}", folder)
    with app.app_context():
        (seat,) = seats(app, db.session, 1)
        db.engine.dispose()
        shutil.copy(database, folder / "base.sqlite")
        if mode == "normal":  # after the program's own listener, which says FULL
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=NORMAL"))
        recorder, began = Recorder(), clock.now()
        for number in range(answers):
            slot, rev = seat.slots[number % len(seat.slots)], number // len(seat.slots) + 1
            with clock.frozen(began + timedelta(seconds=number)):  # nobody saves faster than an attempt may
                save(db.session, seat, slot, rev)
            recorder.events.append(Acknowledged(slot, rev))
            if number % 50 == 49:  # as the one checkpointer does (app/foundation/checkpoints.py)
                with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        assert db.session.execute(text("PRAGMA synchronous")).scalar_one() == {"full": 2, "normal": 1}[mode]
    (folder / "log").write_bytes(pickle.dumps(recorder.events))
    os._exit(0)  # closing would check everything out of the log
