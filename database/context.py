"""Who is acting and where: the page, user and request that a slow query or an audit line names."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Acting:
    """What is known about the work in hand; a field is None outside a request or a job."""

    page: str | None = None
    user: str | None = None
    request_id: str | None = None
    user_id: int | None = None
    filter: str | None = None


_NOBODY = Acting()
_acting: ContextVar[Acting] = ContextVar("vigie_acting", default=_NOBODY)


def current() -> Acting:
    """Return what is known about the work in hand."""
    return _acting.get()


@contextmanager
def acting(
    *,
    page: str | None = None,
    user: str | None = None,
    request_id: str | None = None,
    user_id: int | None = None,
    filter_: str | None = None,
) -> Iterator[Acting]:
    """Name the page, its filter, user and request of what happens inside; None keeps what was known."""
    known = _acting.get()
    now = replace(
        known,
        page=known.page if page is None else page,
        user=known.user if user is None else user,
        request_id=known.request_id if request_id is None else request_id,
        user_id=known.user_id if user_id is None else user_id,
        filter=known.filter if filter_ is None else filter_,
    )
    token = _acting.set(now)
    try:
        yield now
    finally:
        _acting.reset(token)
