"""Which payments are unusual, of which kind and how much: the strongest of several signs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dashboard.detectors.block import Block, Floats, Ints
from dashboard.detectors.features import HOUR, Features
from dashboard.detectors.forest import Forest
from dashboard.detectors.sequences import moment, runs_of
from database.queries.patterns import Found
from models.alerts import Severity
from models.transactions import AnomalyType

# The strength of a sign is 1 where it is just unusual; from there on a payment is an anomaly.
DEVIATION: Final = 3.5
_BUSY_HOUR: Final = 5
_FASTEST_KMH: Final = 900.0
_RARE_HOUR: Final = 0.03
_REPEATED: Final = 3
_REPEATED_WITHIN: Final = 72 * HOUR
TYPES: Final = (
    AnomalyType.AMOUNT,
    AnomalyType.VELOCITY,
    AnomalyType.LOCATION,
    AnomalyType.TIME,
    AnomalyType.DEVICE,
    AnomalyType.MERCHANT,
    AnomalyType.SEQUENCE,
    AnomalyType.OTHER,
)


@dataclass(frozen=True)
class Judged:
    """By payment: whether it is an anomaly, the place of its strongest sign in TYPES, and a score."""

    is_anomaly: np.ndarray[Any, np.dtype[np.bool_]]
    kind: Ints
    score: Floats

    def rows(self, block: Block) -> Iterator[tuple[str, bool, str | None, float]]:
        """Give what is stored of each payment."""
        words = [kind.value for kind in TYPES]
        columns = (
            block.identity.to_pylist(),
            self.is_anomaly.tolist(),
            self.kind.tolist(),
            self.score.tolist(),
        )
        for identity, is_anomaly, kind, score in zip(*columns, strict=True):
            yield identity, is_anomaly, words[kind] if is_anomaly else None, score


def judge(
    block: Block, features: Features, forest: Forest, sequence: Collection[str], surge: Collection[str]
) -> Judged:
    """Take the strongest sign of each payment; `sequence` and `surge` are ids that patterns hold."""
    ids = block.identity.to_pylist()
    strengths = np.array(
        [
            np.maximum(features.deviation, 0) / DEVIATION,
            features.in_hour / _BUSY_HOUR,
            np.maximum(features.speed / _FASTEST_KMH, features.new_country * 0.9),
            np.where(features.payments >= 20, _RARE_HOUR / np.maximum(features.hour_share, 1e-3), 0.0),
            0.7 * features.strange_device + 0.35 * features.strange_address * features.strange_device,
            np.isin(ids, list(surge)) * 1.2,
            np.isin(ids, list(sequence)) * 3.0,
            forest.strength(features, block),
        ]
    )
    kind = np.argmax(strengths, axis=0) if len(block) else np.zeros(0, dtype=np.int64)
    strongest = strengths.max(axis=0, initial=0.0)
    score = np.round(1 - np.exp2(-strongest), 4)
    return Judged(strongest >= 1.0, kind, score)


def repeated(block: Block, judged: Judged) -> list[Found]:
    """Find customers with several anomalies of one type within days: patterns that need no fraud."""
    found = []
    for number, kind in enumerate(TYPES):
        if kind in (AnomalyType.SEQUENCE, AnomalyType.MERCHANT):
            continue
        places = np.flatnonzero(judged.is_anomaly & (judged.kind == number))
        runs = runs_of(block, places, _REPEATED_WITHIN) if len(places) else []
        found += [_repeated(block, judged, run, kind) for run in runs if len(run) >= _REPEATED]
    return found


def _repeated(block: Block, judged: Judged, run: Ints, kind: AnomalyType) -> Found:
    ids = block.ids(run)
    return Found(
        kind="anomaly",
        pattern_type=f"repeated_{kind.value}",
        key=ids[0],
        transaction_ids=ids,
        first_at=moment(block.at[run[0]]),
        last_at=moment(block.at[run[-1]]),
        confidence=float(judged.score[run].mean()),
        severity=Severity.LOW if len(run) < 6 else Severity.MEDIUM,
        characteristics={
            "customers": 1,
            "payments": len(run),
            "amount": round(float(block.amount[run].sum()), 2),
        },
    )
