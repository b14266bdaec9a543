"""The CI size of the proof that a killed import loses and doubles nothing."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.proofs.kill_import import prove
from tests.servers import Database


@pytest.mark.proof
def test_three_rounds_of_kills_store_every_row_once(
    committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VIGIE_HOME", str(tmp_path))
    rounds = prove(3, seed=1, environment={**os.environ, **committed.environment})
    assert sum(one.kills for one in rounds) >= 3
