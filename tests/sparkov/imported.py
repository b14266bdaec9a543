"""The shared Sparkov transactions, imported once a test run by the real importer: take `sparkov`."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from database.connection import get_db_session
from database.owner import owner_session
from database.segments.compaction import fold_tail
from tests import joining
from tests.factories import make_bank
from tests.servers import Database, Server

REPOSITORY = Path(__file__).resolve().parents[2]
# A secret of the tests' own: the same fingerprints in every run, so that a kept database stays right.
FINGERPRINT_KEY = "the fingerprint key of the tests"
_SOURCES = ("dashboard/ingestion", "dashboard/cards.py", "database/loading.py", "database/segments")
_PACKAGED = 18


@dataclass(frozen=True)
class Sparkov:
    """The database that holds the transactions, in the bank `bank`, and what the reference says of them."""

    database: Database
    bank: str
    bank_id: int
    dataset_id: int
    parquet: Path
    excerpt: Path
    oracle: dict[str, Any]


def shared_data() -> Path:
    """Return the folder of the shared data sets; tests that need it are skipped where it is absent."""
    named = os.environ.get("VIGIE_SHARED_DATA")
    folder = Path(named) if named else REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        sentence = "the shared data is absent: set VIGIE_SHARED_DATA to its folder"
        if os.environ.get("VIGIE_REQUIRE_ALL") == "1":
            pytest.fail(f"{sentence}; VIGIE_REQUIRE_ALL=1 demands it")
        pytest.skip(sentence)
    return folder


@cache
def oracle(folder: Path) -> dict[str, Any]:
    """Return the independent reference of the transactions."""
    found: dict[str, Any] = json.loads((folder / "oracle.json").read_text())
    return found


@pytest.fixture(scope="session")
def sparkov_imported(servers: Callable[[int], Server]) -> Sparkov:
    """Import the transactions into a database of their own, kept while neither they nor the code change."""
    folder = shared_data() / "sparkov_dev"
    parquet = folder / "transactions.parquet"
    server = servers(_PACKAGED)
    name = f"sparkov_{_fingerprint(parquet, server.template)}"
    kept = server.execute("select datname::text from pg_database where datname like 'sparkov_%%'")
    for (other,) in kept:
        if other != name:
            server.drop(str(other))
    if (name,) not in kept:
        _import(server, name, parquet)
    database = server.database(name)
    ((bank_id, code, dataset_id),) = server.execute(
        "select b.bank_id, b.code::text, d.dataset_id from banks b join datasets d using (bank_id)",
        database=name,
    )
    excerpt = folder / "transactions_2019-12_2020-01.csv.gz"
    return Sparkov(
        database, str(code), int(str(bank_id)), int(str(dataset_id)), parquet, excerpt, oracle(folder)
    )


@pytest.fixture
def sparkov(sparkov_imported: Sparkov, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sparkov]:
    """Point the application at the imported transactions, to be read and not changed."""
    monkeypatch.setenv("FINGERPRINT_KEY", FINGERPRINT_KEY)
    joining.point_at(sparkov_imported.database, monkeypatch)
    yield sparkov_imported
    joining.leave()


def _import(server: Server, name: str, parquet: Path) -> None:
    building = f"building_{name}"
    server.drop(building)
    database = server.create(building, template=server.template)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FINGERPRINT_KEY", FINGERPRINT_KEY)
        joining.point_at(database, patch)
        with get_db_session() as session:
            make_bank(session, "sparkov", base_currency="USD", time_zone="UTC", country="US")
        import_file(parquet, ImportOptions("sparkov"))
        with owner_session() as session:
            while fold_tail(session).more:
                pass
        joining.leave()
    server.execute("alter database {} rename to {}", building, name)


def _fingerprint(parquet: Path, template: str) -> str:
    digest = hashlib.sha256(template.encode())
    digest.update(str(parquet.stat().st_size).encode())
    for source in _SOURCES:
        place = REPOSITORY / source
        for path in sorted(place.rglob("*.py")) if place.is_dir() else [place]:
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]
