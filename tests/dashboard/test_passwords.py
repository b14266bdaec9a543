"""Passwords: hashed so that they cannot be read, judged by length and by what attackers know."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from dashboard.passwords import (
    LONGEST,
    PasswordRefusedError,
    generate_password,
    hash_password,
    is_outdated,
    refuse_weak,
    verify,
    weakness,
)

GOOD = "violet-Harbour-93"


def test_only_the_same_password_verifies() -> None:
    hashed = hash_password(GOOD)
    assert hashed.startswith("$argon2id$")
    assert verify(hashed, GOOD)
    assert not verify(hashed, GOOD + " ")
    assert not verify(hashed, "")


def test_the_same_password_never_hashes_twice_alike() -> None:
    assert hash_password(GOOD) != hash_password(GOOD)


def test_nobody_s_password_is_never_right() -> None:
    assert not verify(None, GOOD)
    assert not verify(None, "")
    assert not verify("no hash at all", GOOD)


def test_what_looks_the_same_is_the_same() -> None:
    assert verify(hash_password("caf\u00e9 au lait 2024"), "cafe\u0301 au lait 2024")


def test_a_hash_with_weaker_parameters_is_outdated() -> None:
    assert not is_outdated(hash_password(GOOD))
    weaker = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    assert is_outdated(weaker.hash(GOOD))


@pytest.mark.parametrize("password", ["elevenchars", "", "short", " " * 4])
def test_twelve_characters_are_the_least(password: str) -> None:
    found = weakness(password)
    assert found is not None
    assert "at least 12" in str(found)


@pytest.mark.parametrize(
    "password",
    [
        "password12345",
        "Password1234!",
        "motdepasse2024",
        "qwertyuiop123",
        "azertyuiop12",
        "aaaaaaaaaaaaa",
        "abcabcabcabc",
        "123456789012",
        "Welcome-12345",
        "iloveyou12345",
        "correcthorsebatterystaple",
        "letmein!!!!!!",
    ],
)
def test_what_attackers_try_early_is_refused(password: str) -> None:
    assert str(weakness(password)) == "Attackers try this password early. Choose another one."


def test_one_s_own_names_are_refused() -> None:
    with pytest.raises(PasswordRefusedError, match="own names"):
        refuse_weak("Marchand-harbour-9", names=["adele", "marchand"])


@pytest.mark.parametrize(
    "password", [GOOD, "four unrelated words here", "ñandú-frïtes-été-12", "x7!" * 5 + "qv"]
)
def test_nist_asks_for_length_and_no_composition(password: str) -> None:
    assert weakness(password) is None


def test_pci_asks_for_letters_and_digits() -> None:
    assert weakness("unrelated words only", policy="nist") is None
    assert str(weakness("unrelated words only", policy="pci")) == "Use letters and digits."
    assert weakness("unrelated words 7", policy="pci") is None


def test_length_has_an_end() -> None:
    assert "at most" in str(weakness("ab1-" * LONGEST))


def test_made_up_passwords_are_strong_and_differ() -> None:
    made = {generate_password() for _ in range(100)}
    assert len(made) == 100
    assert all(weakness(password) is None for password in made)
