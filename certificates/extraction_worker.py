"""The process in which one hostile PDF is read: it limits itself, reads standard input, and ends."""

import resource
import sys

import pikepdf

from certificates.errors import ExtractionError
from certificates.extraction import Limits, extract


def main(arguments: list[str]) -> int:
    """Write the credential to standard output; 0 when found, 4 with a sentence on standard error when not."""
    file_bytes, credential_bytes, cpu_seconds, memory_bytes = map(int, arguments)
    limits = Limits(file_bytes=file_bytes, credential_bytes=credential_bytes)
    pikepdf.Pdf.new()  # loads what is loaded on first use, before the limits count
    _limit_this_process(cpu_seconds, memory_bytes)
    try:
        found = extract(sys.stdin.buffer.read(file_bytes + 1), limits)
    except ExtractionError as error:
        sys.stderr.write(str(error))
        return 4
    sys.stdout.buffer.write(found.credential_bytes)
    return 0


def _limit_this_process(cpu_seconds: int, memory_bytes: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
