"""The whole synthetic world: planned once, then told bank by bank in batches of time order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa

from dashboard.ingestion.zones import clock_for
from dashboard.world import knowledge
from dashboard.world.banks import DemoBank, demo_banks
from dashboard.world.columns import Names, to_rows, to_truth
from dashboard.world.draws import Ints, generator, shares
from dashboard.world.episodes import ODD_SHARE, Planted, plan
from dashboard.world.payments import DAY, Dates, Habits, Payments, draw_genuine, join
from dashboard.world.people import settle
from dashboard.world.rates import CURRENCY_OF, rate_rows
from dashboard.world.rhythm import day_kinds, day_weights, days_between
from dashboard.world.schemes import dates_at
from dashboard.world.shops import open_shops

ROWS_A_BATCH = 10_000
MOST_A_BATCH = 25_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """What makes a world; the same options give the same bytes. `until` is excluded, in each bank's zone.

    `pressure` multiplies the fraud of each bank; what is odd and no fraud is planted without any, too. A
    steady world has no growth, seasons, campaigns or outage: only weekdays, weather and single episodes.
    """

    until: date
    banks: int = 2
    days: int = 180
    transactions: int = 50_000
    seed: int = 1
    pressure: float = 1.0
    steady: bool = False


@dataclass(frozen=True)
class Batch:
    """Payments in time order, as a bank would store them, and what those really were that were planted."""

    rows: pa.Table
    truth: pa.Table


def build_world(options: WorldOptions) -> tuple[BankWorld, ...]:
    """Share the transactions out among the banks."""
    banks = demo_banks(options.banks)
    wanted = _allot(options.transactions, [bank.share for bank in banks])
    return tuple(BankWorld(bank, rows, options) for bank, rows in zip(banks, wanted, strict=True))


def _allot(total: int, weights: list[float]) -> list[int]:
    ends = np.round(np.cumsum(shares(weights)) * total).astype(int)
    return [int(number) for number in np.diff(ends, prepend=0)]


@dataclass(frozen=True)
class _Drawn:
    """Payments of some days in time order, with what is known of each."""

    payments: Payments
    moment: Ints
    planted: Ints
    kind: Ints
    known: Ints


@dataclass(frozen=True)
class BankWorld:
    """One bank of the world; nothing is drawn before it is asked for."""

    bank: DemoBank
    rows: int
    options: WorldOptions

    @cached_property
    def days(self) -> list[date]:
        """The days of the range."""
        return days_between(self.options.until - timedelta(days=self.options.days), self.options.until)

    @cached_property
    def habits(self) -> Habits:
        """Customers, merchants and what they do."""
        seed, until = self.options.seed, self.options.until
        people = settle(
            self.bank, max(20, round(self.rows / self.options.days / 0.15)), until=until, seed=seed
        )
        shops = open_shops(self.bank, round(3 * self.rows**0.5), seed=seed)
        return Habits.of(self.bank, people, shops, days=self.options.days, seed=seed)

    @property
    def customers(self) -> pa.Table:
        """All customers, as a bank describes them."""
        return self.habits.people.table

    @property
    def merchants(self) -> pa.Table:
        """All merchants, as a bank describes them."""
        return self.habits.shops.table

    def rates(self) -> list[tuple[date, str, Decimal]]:
        """What the bank converts by: day, currency, units of the bank's currency for one."""
        return rate_rows(self.bank.currency, self.days, set(CURRENCY_OF.values()))

    @cached_property
    def _weights(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return day_weights(self.bank, self.days, self.options.seed, steady=self.options.steady)

    @cached_property
    def _calendar(self) -> Dates:
        return Dates(
            day=np.array([day.toordinal() - _EPOCH for day in self.days]),
            progress=np.arange(len(self.days)) / len(self.days),
            kind=day_kinds(self.bank, self.days),
            month=np.array([day.month for day in self.days]),
            of_month=np.array([day.day for day in self.days]),
        )

    @cached_property
    def planted(self) -> Planted:
        """All that is not drawn from habits alone."""
        frauds = int(self.rows * min(0.5, self.bank.fraud_rate * self.options.pressure))
        odd = int(self.rows * ODD_SHARE)
        steady = self.options.steady
        return plan(self.habits, self._calendar, self._weights, frauds, odd, self._subject, steady=steady)

    @property
    def _subject(self) -> tuple[str, ...]:
        return self.bank.code, str(self.options.until), str(self.options.days)

    def batches(self, start: int = 0) -> Iterator[Batch]:
        """Yield all payments, oldest first, in batches of about 10,000 rows, from batch `start` on.

        Each run of days is drawn by itself: what comes before it need not be drawn again.
        """
        planted_day = self.planted.payments.local // DAY - self._calendar.day[0]
        rng = generator(self.options.seed, *self._subject, "days")
        counts = rng.multinomial(self.rows - len(planted_day), shares(self._weights))
        rows = counts + np.bincount(planted_day, minlength=len(counts))
        names = Names.of(self.habits, tools=self.planted.tools, seed=self.options.seed)
        number = 0
        for first, last in _spans(rows):
            size = int(rows[first:last].sum())
            pieces = -(-size // MOST_A_BATCH)
            if number + pieces > start:
                places = np.flatnonzero((planted_day >= first) & (planted_day < last))
                drawn = self._drawn(self._dates(counts, first, last), places, first)
                done = int(rows[:first].sum())
                for piece in range(max(0, start - number), pieces):
                    part = slice(piece * MOST_A_BATCH, (piece + 1) * MOST_A_BATCH)
                    yield self._batch(names, drawn, part, done)
            number += pieces

    def _dates(self, counts: Ints, first: int, last: int) -> Dates:
        days = np.repeat(np.arange(first, last), counts[first:last])
        return dates_at(self._calendar, days)

    def _drawn(self, dates: Dates, places: Ints, first: int) -> _Drawn:
        """Draw the payments of some days and put them in time order; -1 is a place of nothing planted."""
        rng = generator(self.options.seed, *self._subject, "rows", first)
        genuine = draw_genuine(self.habits, dates, rng)
        payments = join([genuine, self.planted.payments.take(places)])
        planted = np.concatenate([np.full(len(genuine), -1), places])
        local = payments.local * 1_000_000
        moment = clock_for(self.bank.zone, local).to_utc(local)[0]
        order = np.argsort(moment, kind="stable")
        planted, moment = planted[order], moment[order]
        kind = np.where(planted < 0, -1, np.append(self.planted.fraud_type, -1)[planted])
        known = knowledge.known_at(moment, kind, rng)
        known = np.where(known < self._end, known, -1)
        return _Drawn(payments.take(order), moment, planted, kind, known)

    def _batch(self, names: Names, drawn: _Drawn, piece: slice, done: int) -> Batch:
        places = np.arange(len(drawn.moment))[piece]
        known, kind, planted = drawn.known[piece], drawn.kind[piece], drawn.planted[piece]
        label = np.where(known < 0, -2, kind)
        payments = drawn.payments.take(places)
        rows = to_rows(names, payments, drawn.moment[piece], label, known, done + int(piece.start))
        chosen = np.flatnonzero(planted >= 0)
        ids = rows["transaction_id"].take(pa.array(chosen))
        return Batch(rows, to_truth(ids, self.planted, planted[chosen]))

    @cached_property
    def _end(self) -> int:
        midnight = np.array([(self._calendar.day[-1] + 1) * DAY * 1_000_000])
        return int(clock_for(self.bank.zone, midnight).to_utc(midnight)[0][0])


def _spans(counts: Ints) -> Iterator[tuple[int, int]]:
    """Yield runs of days with about 10,000 payments each."""
    number = np.maximum(0, np.cumsum(counts) - counts // 2) // ROWS_A_BATCH
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(counts)]
    yield from pairwise(edges)
