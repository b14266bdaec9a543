"""Segments of any size without their wide rows: a world's records several times over, under new numbers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from sqlalchemy import text

from benchmarks._world import world_of
from database import connection, owner
from database.connection import Session
from database.dimensions import SLICED
from database.embedded import running
from database.migrations import run_all_migrations
from database.owner import owner_session
from database.segments.codes import values_by_code
from database.segments.compaction import MERGED, seal
from database.segments.margins import names_of
from database.segments.record import FRAUD, NO_RATE, Records, from_columns
from database.segments.selection import PARTIES

BUSIEST = "busiest"
_CENT_E4 = 100
_SEGMENTS = text("select bank_id, n, data from segments order by bank_id, m_lo")
_COPIED = ("banks", "codes")


@dataclass(frozen=True, slots=True)
class World:
    """What is the same whatever the size: the banks and codes, and the records of each segment."""

    tables: dict[str, str]
    segments: list[tuple[int, Records]]


@contextmanager
def records_of(copies: int, rows: int, folder: Path) -> Iterator[Path]:
    """A running server with the segments of `copies` times `rows` transactions; yields its VIGIE_HOME.

    Beside the segments there are the banks, the codes, and the busiest customer and merchant of the first
    bank, both called BUSIEST. Scores are made up, for the world has none before it is enriched.
    """
    home = folder / f"records-{copies * rows}"
    is_new = not (home / "records.parquet").exists()
    world = _world(rows, folder) if is_new else None
    os.environ["VIGIE_HOME"] = str(home)
    with running(home):
        connection.dispose()
        owner.dispose()
        run_all_migrations()
        if world is not None:
            _store(world, copies, home / "records.parquet")
        yield home
        connection.dispose()
        owner.dispose()


def _world(rows: int, folder: Path) -> World:
    with world_of(rows, folder), owner_session() as session:
        tables = {
            table: session.scalar(text(f"select jsonb_agg(to_jsonb(t))::text from {table} t"))
            for table in _COPIED
        }
        found = [(bank, from_columns(data, n)) for bank, n, data in session.execute(_SEGMENTS)]
    return World(tables, found)


def _store(world: World, copies: int, path: Path) -> None:
    """Seal the records as segments, and write them as Parquet beside."""
    shift = {
        name: 1 + max(int(records[name].max()) for _, records in world.segments)
        for name in ("ingest_seq", "customer_no", "merchant_no")
    }
    first_bank, counts = world.segments[0][0], _Counts(copies, shift)
    with owner_session() as session:
        for table, rows in world.tables.items():
            session.execute(
                text(
                    f"insert into {table} overriding system value"
                    f" select * from jsonb_populate_recordset(null::{table}, cast(:rows as jsonb))"
                ),
                {"rows": rows},
            )
        names, aside = _names(session), path.with_suffix(".part")
        schema = _table(first_bank, world.segments[0][1], names).schema
        with pq.ParquetWriter(aside, schema, compression="zstd") as writer:
            for bank_id, records in world.segments:
                several = _several(records, copies, shift)
                seal(session, bank_id, several, MERGED)
                writer.write_table(_table(bank_id, several, names))
                if bank_id == first_bank:
                    counts.add(several)
        _name_busiest(session, first_bank, counts)
        session.connection().exec_driver_sql("analyze segments")
    aside.rename(path)


class _Counts:
    """How many records each customer and merchant has."""

    def __init__(self, copies: int, shift: dict[str, int]) -> None:
        self._rows = {party: np.zeros(copies * shift[f"{party}_no"], np.int64) for party in PARTIES}

    def add(self, records: Records) -> None:
        """Count records."""
        for party, rows in self._rows.items():
            np.add(rows, np.bincount(records[f"{party}_no"], minlength=len(rows)), out=rows)

    def busiest(self, party: str) -> int:
        """Return the number of who has most."""
        return int(self._rows[party][1:].argmax()) + 1


def _several(records: Records, copies: int, shift: dict[str, int]) -> Records:
    """Return the records once under their own numbers and again under others, a cent dearer each time."""
    found = np.tile(records, copies)
    copy = np.repeat(np.arange(copies), len(records))
    for name, by in shift.items():
        found[name] += ((found[name] > 0) * copy * by).astype(found[name].dtype)
    for name in ("native_e4", "base_e4"):
        found[name] += (found[name] > 0) * copy * _CENT_E4
    chance = (found["ingest_seq"].astype(np.uint64) * np.uint64(2_654_435_761) % np.uint64(2**32)) / 2**32
    score = np.where(found["label"] == FRAUD, np.sqrt(chance), chance**4)
    found["score"] = np.where(chance < 0.03, -1, (score * 10_000).astype(np.int16))
    return found[np.argsort(found["minute"], kind="stable")]


def _names(session: Session) -> dict[str, pa.Array]:
    """Return the values of each slice by code, null first."""
    found = {}
    for slug in SLICED:
        names = names_of(slug, values_by_code(session))
        found[slug] = pa.array([names.get(code) for code in range(1 + max(names))], pa.string())
    return found


def _table(bank_id: int, records: Records, names: dict[str, pa.Array]) -> pa.Table:
    """Return records as rows of a bank, in the rivals' columns."""
    label, anomaly = records["label"], records["anomaly"]
    columns = {
        "bank_id": pa.array(np.full(len(records), bank_id, np.int32)),
        "timestamp": pa.array(records["minute"].astype("datetime64[m]").astype("datetime64[us]")).cast(
            pa.timestamp("us", "UTC")
        ),
        "amount_base_e4": pa.array(records["base_e4"], mask=records["flags"] & NO_RATE != 0),
        "is_fraud": pa.array(label == FRAUD, mask=label == 0),
        "is_anomaly": pa.array(anomaly == FRAUD, mask=anomaly == 0),
        "customer_no": pa.array(records["customer_no"]),
        "merchant_no": pa.array(records["merchant_no"]),
        "score_e4": pa.array(records["score"], mask=records["score"] < 0),
    }
    for slug, values in names.items():
        codes = pa.array(records[slug].astype(np.int32), mask=records[slug] == 0)
        columns[slug] = pa.DictionaryArray.from_arrays(codes, values).cast(pa.string())
    return pa.table(columns)


def _name_busiest(session: Session, bank_id: int, counts: _Counts) -> None:
    given = {"bank_id": bank_id, "name": BUSIEST, **{party: counts.busiest(party) for party in PARTIES}}
    session.execute(
        text(
            "insert into customers (bank_id, customer_id, customer_no) overriding system value"
            " values (:bank_id, :name, :customer)"
        ),
        given,
    )
    session.execute(
        text(
            "insert into merchants (bank_id, merchant_id, merchant_no, name, search_key, category)"
            " overriding system value values (:bank_id, :name, :merchant, :name, :name, :name)"
        ),
        given,
    )
