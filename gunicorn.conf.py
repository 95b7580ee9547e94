"""How gunicorn ends: told to stop, it first has /readyz say so for a moment, answering everything meanwhile.

gunicorn reads this file by itself in the folder it is started in. Nothing of the program is imported here: what the
master process imports would outlive a reload.
"""

import mmap
import os
import time

USUAL_SECONDS = 3
STOPPING = mmap.mmap(-1, 1)  # a byte that the master and the workers it forks share


def drain_seconds() -> int:
    """How long a proxy has to notice; the workers refuse a setting that is no number, with a sentence."""
    usual = 0 if os.environ.get("PASSERELLE_ENVIRONMENT") == "development" else USUAL_SECONDS
    given = os.environ.get("PASSERELLE_DRAIN_SECONDS", "")
    return int(given) if given.isdecimal() else usual


def when_ready(server):
    """On SIGTERM: say so, wait, then stop as gunicorn does; SIGINT and SIGQUIT stop at once."""

    def drain_then_stop():
        STOPPING[0] = 1
        time.sleep(drain_seconds())
        type(server).handle_term(server)

    server.handle_term = drain_then_stop


on_reload = when_ready  # a reload reads this file again: new workers share the new byte


def post_worker_init(worker):
    """Give the program what /readyz asks."""
    worker.wsgi.extensions["stopping"] = lambda: STOPPING[0] == 1
