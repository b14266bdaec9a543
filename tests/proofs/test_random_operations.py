"""The CI size of the proof that segments equal rows after random operations of eight clients at once."""

from __future__ import annotations

import pytest

from tests.proofs.random_operations import COMPARISONS_AHEAD, KINDS, OPERATIONS_A_COMPARISON, prove
from tests.servers import Database


@pytest.mark.proof
def test_segments_equal_rows_while_eight_clients_do_what_they_like(committed: Database) -> None:
    outcome = prove(500)
    assert outcome.different == []
    assert outcome.shared.compared >= 500 / OPERATIONS_A_COMPARISON - COMPARISONS_AHEAD
    assert set(outcome.shared.done) == set(KINDS)
    assert sum(outcome.shared.done.values()) == 500
    assert min(outcome.shared.folds, outcome.shared.rebuilds) > 0
