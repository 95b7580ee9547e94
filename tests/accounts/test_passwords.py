"""Which passwords are taken, and how they are kept."""

from __future__ import annotations

import os
import unicodedata

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from app.accounts.passwords import common_passwords, hash_password, verify_password
from app.accounts.rules import PasswordProblem, password_problem

OWN = ("Passerelle", "Maximilienne-Éléonore Dubois", "maximilienne.dubois@example.org")
SHORT, LONG, UNREADABLE, COMMON, OWN_WORD = PasswordProblem

CASES = [
    # taken
    ("quatre chevaux bleus dansent", None),
    ("passerelle-demo-2026", COMMON),  # the words of the demo school: its accounts are made by a service, not here
    ("correct horse battery staple", COMMON),
    ("une pluie de vis et de lentilles", None),
    ("k7#Vq!2mZp0&xL9w", None),
    ("7261493805827164", None),
    ("ÉÉÉààà öü ñandú ßtraße", None),
    ("пятнадцать слонов поют", None),
    ("馬と電池とホッチキスと正しい答え", None),
    ("🐘🚲🍋🌧️🎻📚🧭🏔️🧵🪁🛶🕯️", None),
    ("   espaces   devant et derrière   ", None),
    ("Les carottes sont cuites à Oulan-Bator", None),
    ("tabulation\tet retour\nà la ligne", None),
    ("x" + "abcdefghij" * 3 + " une lampe verte", None),
    ("l'été dernier, Paul a vendu son vélo", None),
    ("mon chat Gribouille mange des olives", None),
    # refused
    ("", SHORT),
    ("quatorze signe", SHORT),
    ("Tr0ub4dor&3", SHORT),
    ("a" * 300, LONG),
    ("quatre chevaux bleus " * 13, LONG),
    ("half a character \ud800 here", UNREADABLE),
    ("aaaaaaaaaaaaaaaa", COMMON),
    ("abababababababab", COMMON),
    ("123456789012345", COMMON),
    ("azertyuiopqsdfghjklm", COMMON),
    ("qwertyuiopasdfgh", COMMON),
    ("passwordpassword", COMMON),
    ("P@ssw0rd1234567", COMMON),
    ("motdepasse2026!!", COMMON),
    ("Azerty123456789", COMMON),
    ("jetaimejetaime12", COMMON),
    ("bonjourmonamour", COMMON),
    ("abcdefghijklmnop", COMMON),
    ("1q1q1q1q1q1q1q1q", COMMON),
    ("Maximilienne-Éléonore Dubois", OWN_WORD),
    ("maximilienne eleonore dubois", OWN_WORD),
    ("maximilienne.dubois@example.org", OWN_WORD),
    ("maximilienne.dubois1987", OWN_WORD),
    ("***Passerelle***", OWN_WORD),
]


@pytest.mark.parametrize(("password", "problem"), CASES)
def test_a_password_is_taken_or_refused(password: str, problem: PasswordProblem | None) -> None:
    assert password_problem(password, own=OWN, common=common_passwords()) == problem


def test_the_list_holds_only_words_that_can_match() -> None:
    for word in common_passwords():
        assert word.isalpha()
        assert word == word.casefold()
        assert word.isascii()


def test_a_hash_is_a_phc_string_with_our_parameters_and_its_own_salt() -> None:
    first, second = hash_password("quatre chevaux bleus"), hash_password("quatre chevaux bleus")
    assert first.startswith("$argon2id$v=19$m=47104,t=1,p=1$")
    assert first != second
    assert verify_password(first, "quatre chevaux bleus").right
    assert not verify_password(first, "quatre chevaux verts").right


def test_two_keyboards_typing_the_same_word_agree() -> None:
    stored = hash_password(unicodedata.normalize("NFC", "éléphants à vélo"))
    assert verify_password(stored, unicodedata.normalize("NFD", "éléphants à vélo")).right


def test_nothing_is_cut_off_the_end() -> None:
    stored = hash_password("m" * 255 + "a")
    assert not verify_password(stored, "m" * 255 + "b").right


def test_an_old_hash_is_verified_and_renewed() -> None:
    old = Argon2id(salt=os.urandom(16), length=32, iterations=2, lanes=1, memory_cost=19_456)
    verification = verify_password(old.derive_phc_encoded(b"quatre chevaux bleus"), "quatre chevaux bleus")
    assert verification.right
    assert verification.new_hash is not None
    assert verification.new_hash.startswith("$argon2id$v=19$m=47104,t=1,p=1$")


@pytest.mark.parametrize("stored", [None, "", "none", "$2b$12$abcdefghijklmnopqrstuv"])
def test_without_a_hash_of_ours_nothing_is_right(stored: str | None) -> None:
    assert not verify_password(stored, "quatre chevaux bleus").right


def test_half_a_character_is_wrong_not_an_error() -> None:
    assert not verify_password(None, "half \ud800").right
