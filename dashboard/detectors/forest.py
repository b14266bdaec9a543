"""An isolation forest over the signs of a payment: what several weak signs together make unusual."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from dashboard.detectors.block import Block, Floats
from dashboard.detectors.features import Features

TREES: Final = 64
SAMPLE: Final = 512
_ODD_SHARE: Final = 0.004
_SEED: Final = 1
_LEAST: Final = 200


@dataclass(frozen=True)
class Forest:
    """A forest grown on a bank's own payments, and from which score on a payment is odd.

    F. T. Liu, K. M. Ting, Z.-H. Zhou, "Isolation forest" (ICDM 2008). Its trees are drawn with a fixed
    seed: the same sample gives the same forest.
    """

    trees: Any
    odd_from: float

    @classmethod
    def grow(cls, features: Features, block: Block) -> Forest:
        """Grow on a sample of payments; too small a one grows nothing, and nothing is odd."""
        if len(block) < _LEAST:
            return cls(None, 1.0)
        # Loaded late: the library takes a second, which only a detector's run should wait for.
        ensemble = importlib.import_module("sklearn.ensemble")
        trees = ensemble.IsolationForest(
            n_estimators=TREES, max_samples=min(SAMPLE, len(block)), random_state=_SEED
        )
        columns = _columns(features, block)
        trees.fit(columns)
        scores = -trees.score_samples(columns)
        # Just above: many equal payments at the limit are not odd.
        return cls(trees, float(np.quantile(scores, 1 - _ODD_SHARE)) + 1e-9)

    def strength(self, features: Features, block: Block) -> Floats:
        """Return 1 where a payment is as odd as the oddest of the sample, and more beyond."""
        if self.trees is None or not len(block):
            return np.zeros(len(block))
        scores: Floats = -self.trees.score_samples(_columns(features, block))
        # Scores lie between 0.3 and 0.8: the common part says nothing.
        strength: Floats = np.maximum(scores - 0.3, 0) / max(self.odd_from - 0.3, 1e-6)
        return strength


def _columns(features: Features, block: Block) -> Floats:
    columns: Floats = np.column_stack(
        [
            np.clip(features.deviation, -6, 8),
            np.log1p(features.since_last),
            np.minimum(features.in_hour, 10),
            features.hour_share,
            features.strange_device * 1.0,
            features.strange_address * 1.0,
            features.new_country * 1.0,
            np.log1p(features.distance),
            block.is_remote * 1.0,
        ]
    )
    return columns
