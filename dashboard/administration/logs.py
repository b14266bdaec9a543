"""What the Logs page shows: the entries that an address asks for, over time and one by one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from time import perf_counter
from typing import Final
from urllib.parse import parse_qs

from database.connection import get_db_session
from database.logs.entries import Bucket, LevelCount, LogEntry, LogLevel, LogPage, LogQuery, StoredEntry
from database.logs.store import LogStore
from database.logs.stores import current_store
from database.queries import banks, users, users_admin
from models.errors import UserError
from models.logs import LogCategory
from models.messages import N_, Message

__all__ = ["LogEntry", "LogLevel", "LogView", "StoredEntry", "Wanted", "look"]

SPANS: Final = {
    "15m": timedelta(minutes=15),
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
DEFAULT_SPAN: Final = "1h"
SHOWN: Final = 60
LONGEST: Final = timedelta(days=400)
FARTHEST: Final = timedelta(days=36_500)
_BUCKETS: Final = ((timedelta(hours=3), Bucket.MINUTE), (timedelta(days=8), Bucket.HOUR))
_WORD: Final = re.compile(r'(?:(\w+):)?(?:"([^"]*)"|(\S+))')
_LARGEST: Final = 2**63
_MOST_KEYS: Final = 20


EMPTY: Final = LogPage((), None)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for, and what in it could not be meant."""

    span: str
    since: datetime
    until: datetime
    words: str = ""
    levels: frozenset[str] = frozenset()
    entry: str | None = None
    before: str | None = None
    problems: tuple[Message, ...] = ()

    @property
    def bucket(self) -> Bucket:
        """The width of the bars: at most about two hundred of them."""
        return next((bucket for most, bucket in _BUCKETS if self.until - self.since <= most), Bucket.DAY)

    @classmethod
    def from_query(cls, query: str, *, now: datetime) -> Wanted:
        """Read an address from its `?` on; a wrong time is said and the default taken."""
        try:
            given = parse_qs(query.removeprefix("?"), max_num_fields=_MOST_KEYS)
        except ValueError:
            given = {}
        first = {key: values[0].replace("\0", "") for key, values in given.items()}
        span, problems = first.get("range", DEFAULT_SPAN), []
        bounds = _bounds(span, now)
        if bounds is None:
            problems.append(
                Message(
                    N_("The time {range} could not be read; the last hour is shown."), {"range": span[:80]}
                )
            )
            span, bounds = DEFAULT_SPAN, (now - SPANS[DEFAULT_SPAN], now)
        levels = frozenset(first.get("level", "").upper().split(",")) & frozenset(LogLevel)
        return cls(
            span,
            *bounds,
            words=first.get("q", "").strip()[:300],
            levels=levels,
            entry=first.get("entry"),
            before=first.get("before"),
            problems=tuple(problems),
        )


@dataclass(frozen=True, slots=True)
class LogView:
    """All that the page draws; `problem` is set, and nothing else read, where the store does not answer."""

    wanted: Wanted
    store: str
    page: LogPage = EMPTY
    counts: tuple[LevelCount, ...] = ()
    totals: Mapping[str, int] | None = None
    chosen: StoredEntry | None = None
    users: Mapping[int, str] | None = None
    banks: Mapping[int, str] | None = None
    ms: float = 0.0
    problem: Message | None = None


def look(query: str, *, now: datetime, store: LogStore | None = None) -> LogView:
    """Ask the store in use; one that fails is a sentence, never an error of the page."""
    store, wanted = store or current_store(), Wanted.from_query(query, now=now)
    began = perf_counter()
    try:
        asked, problems = _query(wanted)
        wanted = replace(wanted, problems=wanted.problems + problems)
        every_level = replace(asked, levels=frozenset())
        counts = tuple(store.counts(every_level, bucket=wanted.bucket))
        page = store.search(asked, limit=SHOWN, cursor=wanted.before)
    except UserError as error:
        return LogView(wanted, store.name, problem=error.message)
    totals: Counter[str] = Counter()
    for one in counts:
        totals[one.level] += one.count
    shown = tuple(one for one in counts if not wanted.levels or one.level in wanted.levels)
    chosen = next((stored for stored in page.entries if stored.key == wanted.entry), None)
    names, codes = _names(page.entries)
    ms = (perf_counter() - began) * 1_000
    return LogView(wanted, store.name, page, shown, totals, chosen, names, codes, ms)


def _bounds(span: str, now: datetime) -> tuple[datetime, datetime] | None:
    """Return the ends of a named span, or of `2026-11-21T10:00..2026-11-21T10:05` in UTC."""
    if span in SPANS:
        # A second ahead: another machine's clock may be, and what it wrote is not to be missed.
        return now - SPANS[span], now + timedelta(seconds=1)
    first, found, last = span.partition("..")
    try:
        ends = [_moment(text) for text in (first, last)] if found else [now, now]
    except (ValueError, OverflowError):
        return None
    since, until = ends
    is_near = abs(since - now) < FARTHEST
    return (since, until) if is_near and timedelta(0) < until - since <= LONGEST else None


def _moment(text: str) -> datetime:
    end = datetime.fromisoformat(text)
    return end.astimezone(UTC) if end.tzinfo else end.replace(tzinfo=UTC)


def _query(wanted: Wanted) -> tuple[LogQuery, tuple[Message, ...]]:
    """Read the words: `category:database user:ana "slow query"`; what is no field is sought as text."""
    asked = LogQuery(since=wanted.since, until=wanted.until, levels=wanted.levels)
    sought, problems = [], []
    for name, quoted, plain in _WORD.findall(wanted.words):
        value = quoted or plain
        found = _field(asked, name.lower(), value)
        if found is None:
            problems.append(
                Message(N_("{name}:{value} names nothing; it was left out."), {"name": name, "value": value})
            )
        elif found is asked:
            sought.append(f"{name}:{value}" if name else value)
        else:
            asked = found
    return replace(asked, text=" ".join(sought) or None), tuple(problems)


def _field(asked: LogQuery, name: str, value: str) -> LogQuery | None:
    """Return the query with the field set, itself for no field, None for no value of it."""
    return _FIELDS[name](asked, value) if name in _FIELDS else asked


def _category(asked: LogQuery, value: str) -> LogQuery | None:
    is_one = value in set(LogCategory)
    return replace(asked, categories=asked.categories | {value}) if is_one else None


def _service(asked: LogQuery, value: str) -> LogQuery:
    return replace(asked, services=asked.services | {value})


def _alert(asked: LogQuery, value: str) -> LogQuery | None:
    number = _number(value)
    return None if number is None else replace(asked, alert_id=number)


def _level(asked: LogQuery, value: str) -> LogQuery | None:
    order, value = list(LogLevel), value.upper()
    if value.rstrip("+") not in order:
        return None
    at = order.index(LogLevel(value.rstrip("+")))
    return replace(asked, levels=frozenset(order[at:] if value.endswith("+") else order[at : at + 1]))


def _user(asked: LogQuery, value: str) -> LogQuery | None:
    number = _number(value)
    if number is None:
        with get_db_session() as session:
            account = users.by_name(session, value)
        number = None if account is None else account.user_id
    return None if number is None else replace(asked, user_id=number)


def _number(value: str) -> int | None:
    is_number = value.isascii() and value.isdigit() and len(value) < len(str(_LARGEST))
    return int(value) if is_number else None


def _names(entries: Sequence[StoredEntry]) -> tuple[dict[int, str], dict[int, str]]:
    """Return the names of the users and the codes of the banks that entries speak of."""
    ids = {stored.entry.user_id for stored in entries} - {None}
    with get_db_session() as session:
        known = users_admin.names(session, [number for number in ids if number is not None])
        codes = {bank.bank_id: bank.code for bank in banks.every_bank(session)}
    return known, codes


_FIELDS: Final[dict[str, Callable[[LogQuery, str], LogQuery | None]]] = {
    "level": _level,
    "category": _category,
    "service": _service,
    "user": _user,
    "alert": _alert,
    "request": lambda asked, value: replace(asked, request_id=value),
    "transaction": lambda asked, value: replace(asked, transaction_id=value),
    "path": lambda asked, value: replace(asked, path=value),
}
