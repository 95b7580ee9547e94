"""`python -m certificates`: verify, inspect and make keys, offline."""

import sys

from certificates.cli import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
