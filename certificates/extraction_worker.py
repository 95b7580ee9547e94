"""The processes that read hostile PDFs: one that is warm and reads nothing, and a child of it for each file.

The warm one has imported what is needed and waits for connections, which it hands on unread. Each
child takes one connection, limits itself, reads one PDF from it, answers and ends: so a file costs
a fork instead of the start of an interpreter, and no child ever shares memory with another's file.
"""

import os
import resource
import signal
import socket
import sys
from io import BytesIO

import pikepdf

from certificates.errors import ExtractionError
from certificates.extraction_protocol import REQUEST_BYTES, found, refused, requested
from certificates.limits import Limits
from certificates.pdf_attachments import JSON_NAME, credentials_in_pdf


def main(descriptor: int) -> int:
    """Serve until the other end is closed."""
    control = socket.socket(fileno=descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how a child ended: its silence says it
    _warm_up()
    while True:
        message, descriptors, _, _ = socket.recv_fds(control, REQUEST_BYTES, 1)
        if not message:
            return 0
        connection = socket.socket(fileno=descriptors[0])
        if _fork() == 0:
            control.close()
            _child(connection, requested(message))
        connection.close()


def _fork() -> int:
    try:
        return os.fork()
    except OSError:  # no process to be had: the connection closes unanswered
        return -1


def _child(connection: socket.socket, limits: Limits) -> None:
    try:
        _limit_this_process(limits)
        connection.sendall(_answer(connection, limits))
    finally:
        os._exit(0)


def _answer(connection: socket.socket, limits: Limits) -> bytes:
    try:
        return found(*credentials_in_pdf(_received(connection, limits.file_bytes), limits))
    except ExtractionError as error:
        return refused(error)


def _received(connection: socket.socket, limit: int) -> bytes:
    data = bytearray()
    while len(data) <= limit and (piece := connection.recv(65536)):
        data += piece
    return bytes(data)


def _limit_this_process(limits: Limits) -> None:
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds)
    for what, most in (
        (resource.RLIMIT_CPU, limits.cpu_seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_NOFILE, 0),  # what is open stays open; nothing more is
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _warm_up() -> None:
    """Load what is loaded on first use, on PDFs of our own, a good one and one that is none."""
    with pikepdf.new() as document:
        document.add_blank_page()
        document.attachments[JSON_NAME] = b"{}"
        output = BytesIO()
        document.save(output)
    for data in (output.getvalue(), b"%PDF-1.7\n"):
        try:
            credentials_in_pdf(data, Limits())
        except ExtractionError:
            continue


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
