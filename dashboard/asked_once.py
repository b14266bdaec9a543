"""What changes slowly and is asked by every page is asked once a minute for the same banks."""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock
from typing import Final, Protocol, TypeVar

from cachetools import TTLCache, cached

from database.connection import Session

_KEPT_SECONDS: Final = 60
_MOST_ANSWERS: Final = 256

Answer = TypeVar("Answer")
Told_co = TypeVar("Told_co", covariant=True)


class AskedOnce(Protocol[Told_co]):
    """A question about some banks whose answer is kept for a minute."""

    def __call__(self, session: Session, bank_ids: tuple[int, ...]) -> Told_co:
        """Answer, from what is kept if it is young enough."""

    def cache_clear(self) -> None:
        """Forget every answer."""


def asked_once(ask: Callable[[Session, tuple[int, ...]], Answer]) -> AskedOnce[Answer]:
    """Keep the answers of a question for a minute, by its banks; it must see no more than these."""
    answers: TTLCache[tuple[int, ...], Answer] = TTLCache(_MOST_ANSWERS, _KEPT_SECONDS)
    return cached(answers, key=lambda _session, bank_ids: tuple(sorted(bank_ids)), lock=RLock())(ask)
