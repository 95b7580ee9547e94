"""How much and how often one may ask, by network: enough for a recruiter, too little to guess numbers or names."""

from __future__ import annotations

from datetime import timedelta

from app.foundation.throttle import Allowance
from certificates.extraction import DEFAULT_LIMITS

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

LARGEST_FILE = DEFAULT_LIMITS.file_bytes

# Sixty looks a minute: a network's first ten are counted by the process alone, since a write to the database
# costs more than the whole verification; the others are paid for five at a time, in a count that every worker sees.
# Of those five, what a worker has left at the end of the minute is lost: with two, sixty may be 56, or 70.
FIRST_LOOKS = 10
LOOKS_AT_ONCE = 5
BY_NUMBER = Allowance("verify-number", 60 - FIRST_LOOKS, MINUTE)
BY_FILE = Allowance("verify-file", 20, MINUTE)
BY_BATCH = Allowance("verify-batch", 10, HOUR)
# A list sent by a page with a script is one batch, asked about in twenty slices of fifty rows.
SLICES_OF_BATCH = Allowance("verify-slice", 20, DAY)
NAME_OF_ONE = Allowance("verify-name-one", 5, HOUR)
NAMES_BY_NETWORK = Allowance("verify-name", 30, HOUR)
NAMES_OF_CERTIFICATE = Allowance("verify-name-all", 200, DAY)
