"""The CI size of the proof that changes of alerts are neither lost nor doubled, and can be taken back."""

from __future__ import annotations

import pytest

from tests.proofs.status_changes import prove
from tests.servers import Database


@pytest.mark.proof
def test_sixty_sequences_by_eight_clients_leave_one_record_each_and_are_taken_back(
    committed: Database,
) -> None:
    proof = prove(60, seed=1)
    assert proof.changes > 60
    assert proof.refused > 0
    assert proof.undone > 0
