"""How gunicorn ends and reloads: /readyz says that it stops before it does; new workers are ready before old ones go.

gunicorn reads this file by itself in the folder it is started in, and again at each reload. Nothing of the program is
imported here: what the master process imports would outlive a reload.
"""

import mmap
import os
import time

USUAL_SECONDS = 3
LONGEST_START_SECONDS = 60
STATE = mmap.mmap(-1, mmap.PAGESIZE)  # what the master and the workers it forks share: STOPPING, then who is ready
STOPPING = 0


def drain_seconds() -> int:
    """How long a proxy has to notice; the workers refuse a setting that is no number, with a sentence."""
    usual = 0 if os.environ.get("PASSERELLE_ENVIRONMENT") == "development" else USUAL_SECONDS
    given = os.environ.get("PASSERELLE_DRAIN_SECONDS", "")
    return int(given) if given.isdecimal() else usual


def when_ready(server):
    """On SIGTERM: say so, wait, then stop as gunicorn does; SIGINT and SIGQUIT stop at once."""

    def drain_then_stop():
        STATE[STOPPING] = 1
        time.sleep(drain_seconds())
        type(server).handle_term(server)

    server.handle_term = drain_then_stop


def on_reload(server):
    """On SIGHUP gunicorn starts new workers and ends the old ones at once: have it wait until the new ones answer."""

    def wait_then_manage():
        del server.manage_workers
        until = time.monotonic() + LONGEST_START_SECONDS
        while bytes(STATE[1:]).count(1) < server.cfg.workers and time.monotonic() < until:
            time.sleep(0.1)
        server.manage_workers()

    when_ready(server)
    server.manage_workers = wait_then_manage


def post_worker_init(worker):
    """A worker answers from here on; give the program what /readyz asks."""
    STATE[1 + worker.age % (mmap.PAGESIZE - 1)] = 1
    worker.wsgi.extensions["stopping"] = lambda: STATE[STOPPING] == 1
