"""Processor time of processes, as the kernel counts it."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(root: int) -> float:
    """User and system time of a process and everything it started, those already ended and waited for included."""
    return sum(_own(pid) for pid in family(root))


def family(root: int) -> list[int]:
    """A process and those that descend from it."""
    parents = {pid: fields[1] for pid, fields in _table().items()}
    found = [root]
    for pid in found:
        found += [child for child, parent in parents.items() if int(parent) == pid]
    return found


def parent_of(pid: int) -> int:
    """Who started a process."""
    return int(_fields(pid)[1])


def _own(pid: int) -> float:
    try:
        fields = _fields(pid)
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / TICKS


def _fields(pid: int) -> list[str]:
    """What follows the program's name in /proc/<pid>/stat: state, parent…; proc_pid_stat(5) numbers them from 3."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def _table() -> dict[int, list[str]]:
    table = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            table[int(folder.name)] = _fields(int(folder.name))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return table
