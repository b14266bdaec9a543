"""Passwords: hashed with argon2id, judged by NIST 800-63B, made up where nobody has chosen one yet."""

from __future__ import annotations

import secrets
import string
import threading
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import UserError
from models.messages import N_, Message

Policy = Literal["nist", "pci"]
SHORTEST: Final = 12
LONGEST: Final = 128
_READABLE: Final = "".join(c for c in string.ascii_letters + string.digits if c not in "0O1lI")

# OWASP's second recommendation with one more pass: about 40 ms, and a stranger's flood stays at 76 MB.
_HASHER = PasswordHasher(time_cost=3, memory_cost=19_456, parallelism=1)
_AT_ONCE = threading.BoundedSemaphore(4)


class PasswordRefusedError(UserError):
    """A new password that the policy does not take."""

    status = 422


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    with _AT_ONCE:
        return _HASHER.hash(_normal(password))


def verify(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed; without a hash the same work is done for a sure no."""
    known = password_hash is not None
    with _AT_ONCE:
        try:
            return _HASHER.verify(password_hash or _nobodys_hash(), _normal(password)) and known
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with weaker parameters than today's."""
    return _HASHER.check_needs_rehash(password_hash)


def generate_password() -> str:
    """A password that may be read aloud: about 116 random bits in five groups of four."""
    return "-".join("".join(secrets.choice(_READABLE) for _ in range(4)) for _ in range(5))


def refuse_weak(password: str, *, names: Iterable[str] = (), policy: Policy = "nist") -> None:
    """Raise when a new password is too short, known to attackers, or made of the person's own names."""
    reason = weakness(password, names=names, policy=policy)
    if reason is not None:
        raise PasswordRefusedError(reason.msgid, **reason.params)


def weakness(password: str, *, names: Iterable[str] = (), policy: Policy = "nist") -> Message | None:
    """What is wrong with a new password, as a sentence that says how to mend it."""
    text = _normal(password)
    if len(text) < SHORTEST:
        return Message(
            N_("Use at least {least} characters; a few unrelated words are good."), {"least": SHORTEST}
        )
    if len(text) > LONGEST:
        return Message(N_("Use at most {most} characters."), {"most": LONGEST})
    if len(set(text)) < SHORTEST // 3 or _is_common(text):
        return Message(N_("Attackers try this password early. Choose another one."))
    if any(name and name.casefold() in text.casefold() for name in names):
        return Message(N_("Leave your own names out of the password."))
    if policy == "pci" and (
        text.isalpha() or not any(c.isalpha() for c in text) or not any(map(str.isdigit, text))
    ):
        return Message(N_("Use letters and digits."))
    return None


def _is_common(text: str) -> bool:
    """Whether the password, or what is left without digits and signs at its ends, is on the list."""
    folded = text.casefold()
    bare = folded.strip(string.digits + string.punctuation + " ")
    return folded in _common() or bare in _common() or _repeats(folded)


def _repeats(text: str) -> bool:
    """Whether the text is one short piece again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 5))


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    file = Path(__file__).with_name("common_passwords.txt")
    return frozenset(file.read_text(encoding="utf-8").split())


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    return _HASHER.hash(secrets.token_hex(32))


def _normal(password: str) -> str:
    """One form for what looks the same, whichever keyboard typed it."""
    return unicodedata.normalize("NFKC", password)
