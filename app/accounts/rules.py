"""Rules of accounts: what makes a password, how long sessions and links live, how failed sign-ins slow down."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise

# NIST SP 800-63B-4, 3.1.1.2: 15 characters when the password stands alone; no composition rule, no expiry.
SHORTEST = 15
LONGEST = 256
LINK_LIFE = timedelta(minutes=30)
FREE_TRIES = 5
LONGEST_PAUSE = timedelta(seconds=60)
TRIES_FORGOTTEN_AFTER = timedelta(days=1)

LEET = str.maketrans("@4310$5!7", "aaeiossit")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn", "1234567890")
NEIGHBOURS = {pair for row in ROWS for a, b in pairwise(row) for pair in (a + b, b + a)}


class PasswordProblem(StrEnum):
    """Why a password is refused."""

    SHORT = "short"
    LONG = "long"
    UNREADABLE = "unreadable"
    COMMON = "common"
    OWN = "own"


def email_key(email: str) -> str:
    """What "the same address" means: NFKC and case folded."""
    return unicodedata.normalize("NFKC", email).casefold()


def canonical_password(password: str) -> str:
    """The form that is hashed: NFC, so that two keyboards typing the same é agree; nothing else is changed."""
    return unicodedata.normalize("NFC", password)


def session_life(role: str) -> tuple[timedelta, timedelta]:
    """How long a session may idle, and how long it may last at all."""
    if role == "learner":
        return timedelta(hours=12), timedelta(days=30)
    return timedelta(minutes=30), timedelta(hours=12)


def sign_in_pause(tries: int) -> timedelta:
    """The wait after the nth failed try in a row: none for the first four, then 1 s, doubling up to 60 s."""
    if tries < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(seconds=2 ** min(tries - FREE_TRIES, 6)), LONGEST_PAUSE)


def password_problem(password: str, *, own: Iterable[str], common: frozenset[str]) -> PasswordProblem | None:
    """Why `password` is refused, or None; `own` are the site's name, the person's name and address."""
    canonical = canonical_password(password)
    if any(unicodedata.category(character) == "Cs" or character == "\ufffd" for character in canonical):
        return PasswordProblem.UNREADABLE
    if len(canonical) < SHORTEST:
        return PasswordProblem.SHORT
    if len(canonical) > LONGEST:
        return PasswordProblem.LONG
    if is_own(canonical, own):
        return PasswordProblem.OWN
    if is_common(canonical, common):
        return PasswordProblem.COMMON
    return None


def own_words(site_name: str, name: str, email: str) -> tuple[str, ...]:
    """What a password of this person must not be."""
    return (site_name, name, email)


def is_own(password: str, own: Iterable[str]) -> bool:
    """Is the whole password one of the person's own words, with or without digits and signs around it?"""
    words = {_letters_and_digits(word) for text in own for word in (text, text.split("@")[0])} - {""}
    return bool({_letters_and_digits(password), _core(password)} & words)


def is_common(password: str, common: frozenset[str]) -> bool:
    """Would a guesser try this early: few signs, a run of keys, one bit repeated, or only words of the list?"""
    plain = _letters_and_digits(password)
    if len(set(password.casefold())) < 5 or _is_run(plain) or _is_repeated(password.casefold()):
        return True
    return any(_made_of(text, common) for text in (plain, _core(password)) if text)


def _is_run(text: str) -> bool:
    """At least four steps in five go to the same, the next or the neighbouring key."""
    pairs = [text[index : index + 2] for index in range(len(text) - 1)]
    easy = sum(abs(ord(pair[0]) - ord(pair[1])) <= 1 or pair in NEIGHBOURS for pair in pairs)
    return bool(pairs) and 5 * easy >= 4 * len(pairs)


def _is_repeated(text: str) -> bool:
    """A unit of fewer than 12 characters, written twice or more and perhaps cut at the end."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, min(12, len(text) // 2 + 1)))


def _made_of(text: str, words: frozenset[str]) -> bool:
    """Can `text` be cut into words of the list, digits between them aside?"""
    bare = "".join(character for character in text if not character.isdecimal())
    reachable = {0}
    for start in range(len(bare)):
        if start in reachable:
            reachable.update(_ends(bare, start, words))
    return bool(bare) and len(bare) in reachable


def _ends(text: str, start: int, words: frozenset[str]) -> Iterator[int]:
    return (end for end in range(start + 1, len(text) + 1) if text[start:end] in words)


def _letters_and_digits(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if character.isalnum())


def _core(text: str) -> str:
    """The password without the digits and signs around it, and with p@ssw0rd read as password."""
    start, end = 0, len(text)
    while start < end and not text[start].isalpha():
        start += 1
    while end > start and not text[end - 1].isalpha():
        end -= 1
    return _letters_and_digits(text[start:end].translate(LEET))
