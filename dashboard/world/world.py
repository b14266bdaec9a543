"""The whole synthetic world: planned once, then told bank by bank in batches of time order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise

import numpy as np
import pyarrow as pa

from dashboard.ingestion.zones import clock_for
from dashboard.world import knowledge
from dashboard.world.banks import DemoBank, demo_banks
from dashboard.world.columns import Names, to_rows, to_truth
from dashboard.world.draws import Ints, generator, shares
from dashboard.world.episodes import Fraud, plan_fraud
from dashboard.world.payments import DAY, Dates, Habits, Payments, draw_genuine, join
from dashboard.world.people import settle
from dashboard.world.rhythm import day_kinds, day_weights, days_between
from dashboard.world.shops import open_shops

ROWS_A_BATCH = 10_000
_EPOCH = date(1970, 1, 1).toordinal()


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """What makes a world; the same options give the same bytes. `until` is excluded, in each bank's zone."""

    until: date
    banks: int = 2
    days: int = 180
    transactions: int = 50_000
    seed: int = 1


@dataclass(frozen=True)
class Batch:
    """Payments of some days in time order, as a bank would store them, and what they really were."""

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

    @cached_property
    def _weights(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        return day_weights(self.bank, self.days, self.options.seed)

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
    def _fraud(self) -> Fraud:
        rng = generator(self.options.seed, self.bank.code, "fraud", str(self.options.until))
        wanted = int(self.rows * self.bank.fraud_rate)
        return plan_fraud(self.habits, self._calendar, self._weights, wanted, rng)

    def batches(self) -> Iterator[Batch]:
        """Yield all payments, oldest first, in batches of whole days, of about 10,000 rows."""
        rng = generator(self.options.seed, self.bank.code, "rows", str(self.options.until))
        fraud_day = self._fraud.payments.local // DAY - self._calendar.day[0]
        counts = rng.multinomial(self.rows - len(fraud_day), shares(self._weights))
        names = Names.of(self.habits, frauds=len(fraud_day), seed=self.options.seed)
        done = 0
        for first, last in _spans(counts):
            frauds = np.flatnonzero((fraud_day >= first) & (fraud_day < last))
            genuine = draw_genuine(self.habits, self._dates(counts, first, last), rng)
            batch = self._batch(names, genuine, frauds, done, rng)
            done += batch.rows.num_rows
            yield batch

    def _dates(self, counts: Ints, first: int, last: int) -> Dates:
        days = np.repeat(np.arange(first, last), counts[first:last])
        calendar = self._calendar
        return Dates(
            calendar.day[days],
            calendar.progress[days],
            calendar.kind[days],
            calendar.month[days],
            calendar.of_month[days],
        )

    def _batch(
        self, names: Names, genuine: Payments, frauds: Ints, done: int, rng: np.random.Generator
    ) -> Batch:
        payments = join([genuine, self._fraud.payments.take(frauds)])
        kind = np.concatenate([np.full(len(genuine), -1), self._fraud.fraud_type[frauds]])
        episode = np.concatenate([np.full(len(genuine), -1), self._fraud.episode[frauds]])
        local = payments.local * 1_000_000
        moment = clock_for(self.bank.zone, local).to_utc(local)[0]
        order = np.argsort(moment, kind="stable")
        payments, moment, kind = payments.take(order), moment[order], kind[order]
        known = knowledge.known_at(moment, kind, rng)
        known = np.where(known < self._end, known, -1)
        rows = to_rows(names, payments, moment, np.where(known < 0, -2, kind), known, done)
        return Batch(rows, to_truth(rows["transaction_id"], kind, episode[order]))

    @cached_property
    def _end(self) -> int:
        midnight = np.array([(self._calendar.day[-1] + 1) * DAY * 1_000_000])
        return int(clock_for(self.bank.zone, midnight).to_utc(midnight)[0][0])


def _spans(counts: Ints) -> Iterator[tuple[int, int]]:
    """Yield runs of days with about 10,000 payments each."""
    number = np.maximum(0, np.cumsum(counts) - counts // 2) // ROWS_A_BATCH
    edges = [0, *(np.flatnonzero(np.diff(number)) + 1).tolist(), len(counts)]
    yield from pairwise(edges)
