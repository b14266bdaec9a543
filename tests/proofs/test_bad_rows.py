"""The CI size of the proof that an import rejects exactly the bad rows and that its undo leaves nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.proofs.bad_rows import SPOILT, prove
from tests.servers import Database


@pytest.mark.proof
def test_bad_rows_are_rejected_exactly_and_an_undo_leaves_the_tables_as_they_were(
    committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    done = prove(5_000, 50, seed=1, folder=tmp_path)
    assert done.bad >= len(SPOILT) + 2, "every kind of bad row was among them"
