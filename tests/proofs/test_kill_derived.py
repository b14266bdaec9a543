"""The CI size of the proof that kills lose and double nothing of what is derived from rows."""

from __future__ import annotations

import pytest

from tests.proofs.kill_derived import at_hand, prove


@pytest.mark.proof
def test_three_rounds_of_kills_leave_what_an_undisturbed_import_has(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "VIGIE_HOME"):
        monkeypatch.setenv(name, "")
    with at_hand(18, rows=1_500, seed=1) as killing:
        prove(3, seed=1, killing=killing)
    assert killing.programs + killing.servers >= 3
