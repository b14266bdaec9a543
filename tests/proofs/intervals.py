"""Intervals hold the true rate as often as they say, and weeks that are alike are not called changed.

    python -m tests.proofs.intervals --rows 2000000 --seed 1

The steady world has weekdays, weather and episodes, and nothing that changes. Coverage: each payment keeps
its place and amount and is fraud by a draw of its own, at the rate that the world has for payments of its
bank, category and size; a segment is what one week has of a value of a dimension, with at least 100 rows.
Its true rate is known, by count and by amount. Verdicts: two weeks in a row, with the world's own frauds as
they come, in bursts, through the Overview's own tiles.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from dashboard.filters import Filters, Measure
from dashboard.overview.kpis import kpis_of
from dashboard.overview.rates import rate_of
from dashboard.periods import Span
from dashboard.statistics.maturity import Maturity
from dashboard.statistics.verdicts import Outcome
from dashboard.view import View
from dashboard.world.world import WorldOptions, build_world
from database.segments import Bucket, Fold, Sums, added
from models.transactions import VOLUME_TYPES

UNTIL: Final = date(2026, 6, 29)  # a Monday
LEAST: Final = 100
WEEK: Final = 7
NOT_JUDGED: Final = {Outcome.NOTHING_BEFORE, Outcome.NOT_ANALYSED, Outcome.NO_LABELS}
DIMENSIONS: Final = ("category", "channel", "country", "payment_method")
COLUMNS: Final = ["transaction_id", "timestamp", "amount_e4", "transaction_type", *DIMENSIONS]
STEPS: Final = np.concatenate([[0.0], 1.1 ** np.arange(0, 240)])
_SQUARE: Final = 1_000_000
"""Squares in `Sums` are of hundreds of units."""


@dataclass
class Proof:
    """Segments whose intervals held the truth, by measure, and verdicts on pairs of weeks by tile."""

    segments: Counter[str] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)

    def covered(self, measure: Measure) -> float:
        """The share of the intervals that held the true rate."""
        return self.held[measure] / self.segments[measure]

    @property
    def called_changed(self) -> float:
        """The share of all verdicts that say up or down."""
        return self.changed.total() / self.pairs.total()


def prove(rows: int, *, banks: int, days: int, seed: int) -> Proof:
    """Judge intervals and verdicts in a steady world."""
    proof = Proof()
    frame = world(WorldOptions(UNTIL, banks=banks, days=days, transactions=rows, seed=seed, steady=True))
    _cover(proof, frame, np.random.default_rng(seed))
    for _, own in frame.groupby("bank"):
        _compare_weeks(proof, own)
    return proof


def world(options: WorldOptions) -> pd.DataFrame:
    """Return the payments with bank, local day, what counts as volume, and whether each is planted fraud."""
    parts = []
    for one in build_world(options):
        for batch in one.batches():
            part = batch.rows.select(COLUMNS).to_pandas()
            truth = batch.truth.to_pandas().set_index("transaction_id")["fraud_type"]
            part["fraud"] = part.transaction_id.map(truth).notna()
            part["day"] = part.timestamp.dt.tz_convert(one.bank.zone).dt.date
            part["bank"] = one.bank.code
            parts.append(part)
    found: pd.DataFrame = pd.concat(parts, ignore_index=True)
    kinds = [kind.value for kind in VOLUME_TYPES]
    found["e4"] = found.amount_e4.where(found.transaction_type.isin(kinds), 0)
    found["is_volume"] = found.transaction_type.isin(kinds)
    found["rate"] = 0.0
    found["week"] = found.day.map({day: (UNTIL - day).days // WEEK for day in set(found.day)})
    return found


def _sums(frame: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Add up what `Sums` holds, and what is expected of it, by these keys."""
    fraud, square = frame.fraud.astype(int), (frame.e4 / _SQUARE) ** 2
    found: pd.DataFrame = (
        frame[keys]
        .assign(
            rows=1,
            frauds=fraud,
            volume_rows=frame.is_volume.astype(int),
            volume_e4=frame.e4,
            fraud_volume_rows=frame.is_volume & frame.fraud,
            fraud_volume_e4=frame.e4 * fraud,
            labelled_square=square,
            fraud_square=square * fraud,
            expected=frame["rate"],
            expected_e4=frame["rate"] * frame.e4,
        )
        .groupby(keys, observed=True)
        .sum()
    )
    return found


def _each(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def _as_sums(row: Any) -> Sums:
    """Every row of the world is labelled."""
    return Sums(
        rows=int(row.rows),
        labelled=int(row.rows),
        frauds=int(row.frauds),
        volume_rows=int(row.volume_rows),
        volume_e4=int(row.volume_e4),
        labelled_volume_rows=int(row.volume_rows),
        labelled_volume_e4=int(row.volume_e4),
        fraud_volume_rows=int(row.fraud_volume_rows),
        fraud_volume_e4=int(row.fraud_volume_e4),
        labelled_square=float(row.labelled_square),
        fraud_square=float(row.fraud_square),
    )


def _cover(proof: Proof, frame: pd.DataFrame, rng: np.random.Generator) -> None:
    size = pd.qcut(frame.amount_e4.rank(method="first"), 12, labels=False)
    rate = frame.groupby([frame.bank, frame.category, size]).fraud.transform("mean")
    drawn = frame.assign(rate=rate, fraud=rng.random(len(frame)) < rate)
    for keys in (["bank", "week"], *(["bank", "week", slug] for slug in DIMENSIONS)):
        for row in _each(_sums(drawn, keys)):
            sums = _as_sums(row)
            truths = {Measure.COUNT: row.expected / row.rows}
            if row.volume_e4:
                truths[Measure.AMOUNT] = row.expected_e4 / row.volume_e4
            for measure, truth in truths.items():
                rate_found = rate_of(sums, measure)
                if rate_found.trials >= LEAST and rate_found.estimate is not None:
                    proof.segments[measure] += 1
                    proof.held[measure] += rate_found.estimate.low <= truth <= rate_found.estimate.high


def _compare_weeks(proof: Proof, own: pd.DataFrame) -> None:
    by_day: dict[date, Sums] = {row.Index: _as_sums(row) for row in _each(_sums(own, ["day"]))}
    buckets = [Bucket(int(low * 10_000), int(n), 0, 0) for low, n in _histogram(own)]
    first = min(by_day)
    for start in range(0, len(by_day) - 2 * WEEK + 1, 2 * WEEK):
        days = [first + timedelta(days=start + place) for place in range(2 * WEEK)]
        told = [(day, by_day.get(day, Sums())) for day in days]
        for kpi in kpis_of(_fold(told, buckets), _view(days), _ripe()):
            outcome = kpi.figures[0].verdict.outcome
            if outcome not in NOT_JUDGED:
                proof.pairs[kpi.metric.slug] += 1
                proof.changed[kpi.metric.slug] += outcome in {Outcome.UP, Outcome.DOWN}


def _histogram(own: pd.DataFrame) -> list[tuple[float, float]]:
    counts, edges = np.histogram(own.e4[own.is_volume] / 10_000, STEPS)
    return list(zip(edges[:-1].tolist(), counts.tolist(), strict=True))


def _fold(told: list[tuple[date, Sums]], buckets: list[Bucket]) -> Fold:
    before, now = told[:WEEK], told[WEEK:]
    return Fold(
        total=added(sums for _, sums in now),
        previous=added(sums for _, sums in before),
        daily=now,
        previous_daily=before,
        amounts=buckets,
        smallest=None,
        largest=None,
        hours=[],
        scores=[],
        customers=0,
        parties={},
        unconverted_outside=0,
        groups={},
        slices={},
        read_ms=0.0,
        fold_ms=0.0,
        rows_scanned=0,
    )


def _view(days: list[date]) -> View:
    moments = [datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days]
    middle, end = moments[WEEK], moments[-1] + timedelta(days=1)
    return View(
        filters=Filters(),
        banks=(),
        span=Span(middle, end, "UTC"),
        previous=Span(moments[0], middle, "UTC"),
        has_before=True,
        currency="EUR",
        native=False,
        measure=Measure.COUNT,
        newest=end,
        anchored=None,
        now=end,
    )


def _ripe() -> Maturity:
    return Maturity(datetime(2030, 1, 1, tzinfo=UTC), (timedelta(0),))


def main() -> int:
    """Print what was covered and what was called changed; the status is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--banks", type=int, default=4)
    parser.add_argument("--days", type=int, default=1_400)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    proof = prove(options.rows, banks=options.banks, days=options.days, seed=options.seed)
    for measure in Measure:
        sys.stdout.write(
            f"by {measure}: {proof.covered(measure):.1%} of {proof.segments[measure]:,} intervals hold the"
            " true rate\n"
        )
    for slug, pairs in proof.pairs.items():
        share = proof.changed[slug] / pairs
        sys.stdout.write(f"{slug}: {share:.1%} of {pairs} pairs of like weeks are called changed\n")
    sys.stdout.write(f"all verdicts: {proof.called_changed:.1%}\n")
    is_met = all(0.94 <= proof.covered(measure) <= 0.96 for measure in Measure)
    return 0 if is_met and proof.called_changed <= 0.05 else 1


if __name__ == "__main__":
    raise SystemExit(main())
