"""Asking another process to read a PDF: the side that holds the application, and trusts no answer's length."""

import atexit
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

from certificates.errors import ExtractionError
from certificates.extraction_protocol import answered, longest_answer, request
from certificates.limits import Limits


def read_pdf(data: bytes, limits: Limits) -> tuple[bytes, bytes]:
    """The credential as JSON and as VC-JWT, one perhaps empty; ExtractionError when there is none."""
    return answered(_ask(data, limits))


def stop() -> None:
    """End the warm process; the next PDF starts another."""
    _keeper.replace(None)


def _ask(data: bytes, limits: Limits) -> bytes:
    for _attempt in range(2):
        process = _keeper.process()
        try:
            return process.ask(data, limits)
        except TimeoutError as error:
            raise ExtractionError("Reading the file took too long.") from error
        except OSError:  # the warm process was ended by someone: once more, with another
            _keeper.replace(process)
    raise ExtractionError("No process could be started to read the file.")


class _WarmProcess:
    """An interpreter that has loaded the PDF library, knows no secret and waits."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, no text of the user
                [sys.executable, "-P", "-m", "certificates.extraction_worker", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=_environment(),
            )

    def ask(self, data: bytes, limits: Limits) -> bytes:
        """What a child of it answers; TimeoutError when it does not, OSError when there is nobody to ask."""
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                socket.send_fds(self._control, [request(limits)], [theirs.fileno()])
            answer = _exchanged(ours, data, limits)
        if not answer and self._has_ended():
            raise ConnectionError("the warm process has ended")
        return answer

    def _has_ended(self) -> bool:
        """Whether its end of the line is closed: asking for its exit code could still be too early."""
        try:
            return not self._control.recv(1, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return False
        except OSError:
            return True

    def end(self) -> None:
        """Let it go; it ends when its end of the line closes."""
        self._control.close()
        try:
            self._process.wait(1)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def leave_to_parent(self) -> None:
        """In a forked process: the warm one is the parent's."""
        self._control.close()
        self._process.returncode = 0


def _exchanged(connection: socket.socket, data: bytes, limits: Limits) -> bytes:
    """Send the file, read the answer, within the time allowed."""
    deadline = time.monotonic() + limits.wall_seconds
    answer = bytearray()
    connection.settimeout(limits.wall_seconds)
    try:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
    except ConnectionError:
        return b""
    while len(answer) <= longest_answer(limits):
        connection.settimeout(max(deadline - time.monotonic(), 0.001))
        try:
            piece = connection.recv(65536)
        except ConnectionError:
            break
        if not piece:
            break
        answer += piece
    return bytes(answer)


def _environment() -> dict[str, str]:
    """Only what the interpreter needs: no secret of this process reaches the one that reads the file."""
    paths = [str(Path(__file__).resolve().parent.parent), *filter(None, sys.path)]
    kept = {name: value for name in ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT") if (value := os.environ.get(name))}
    return {**kept, "PYTHONPATH": os.pathsep.join(paths), "PYTHONDONTWRITEBYTECODE": "1"}


class _Keeper:
    """The one warm process of this process, started when it is first needed."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._warm: _WarmProcess | None = None

    def process(self) -> _WarmProcess:
        """The warm process, started now if there is none."""
        with self._lock:
            if self._warm is None:
                self._warm = _WarmProcess()
            return self._warm

    def replace(self, process: _WarmProcess | None) -> None:
        """End that process, or whichever is there, unless another has taken its place already."""
        with self._lock:
            if self._warm is not None and process in (None, self._warm):
                self._warm.end()
                self._warm = None

    def after_fork(self) -> None:
        """In a forked process: the warm one is the parent's."""
        self._lock = threading.Lock()
        if self._warm is not None:
            self._warm.leave_to_parent()
        self._warm = None


_keeper = _Keeper()
atexit.register(stop)
os.register_at_fork(after_in_child=_keeper.after_fork)
