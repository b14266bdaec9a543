"""The CI size of the proof that intervals hold what they say and like weeks are not called changed."""

from __future__ import annotations

import pytest

from dashboard.filters import Measure
from tests.proofs.intervals import prove


@pytest.mark.proof
def test_intervals_hold_the_true_rate_and_like_weeks_are_not_called_changed() -> None:
    proof = prove(120_000, banks=1, days=420, seed=1)
    for measure in Measure:
        assert proof.segments[measure] > 500
        assert 0.93 <= proof.covered(measure) <= 0.97
    assert proof.pairs["fraud_rate"] == 30
    # So few pairs scatter around the 1.5 % of the full size.
    assert proof.called_changed <= 0.08
