"""`python -m certificates`: verify, inspect and make keys, offline."""

import sys
import time
from datetime import UTC, datetime

from certificates.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], now=datetime.fromtimestamp(time.time(), UTC)))
