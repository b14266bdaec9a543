"""The Overview's panels by other means: SQL on the rows, DuckDB on Parquet, pandas in memory."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq
from sqlalchemy import text
from sqlalchemy.orm import Session

from benchmarks._statements import (
    CLICKHOUSE,
    DUCKDB,
    EDGES,
    LISTED,
    POSTGRES,
    VOLUME,
    WITH_NUMBERS,
    View,
    statements,
)
from dashboard.high_risk.by_rate import most_certain
from database.connection import read_only
from database.dimensions import SLICED
from database.owner import owner_session
from database.segments import MISSING, Bucket, Fold
from database.segments.margins import AMOUNT_EDGES_E4

_TYPES = {
    "bank_id": "int",
    "timestamp": "timestamptz",
    "amount_base_e4": "bigint",
    "is_fraud": "boolean",
    "is_anomaly": "boolean",
    "customer_no": "int",
    "merchant_no": "int",
    "score_e4": "int",
}
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
Panels = dict[str, dict[Any, tuple[float, ...]]]
Run = Callable[[str], list[Any]]


def of_fold(fold: Fold) -> Panels:
    """The panels as the product has them."""
    total = tuple(fold.total)
    panels: Panels = {slug: {key: tuple(sums) for key, sums in fold.by(slug).items()} for slug in SLICED}
    hours = [(day, hour, sums) for day, row in enumerate(fold.hours) for hour, sums in enumerate(row)]
    for party, counts in fold.parties.items():
        first = most_certain(counts, LISTED)
        columns = (getattr(counts, field.name)[first].tolist() for field in fields(counts))
        panels[party] = {number: tuple(values) for number, *values in zip(*columns, strict=True)}
    if fold.parties:
        panels["scores"] = _held(fold.scores)
    return panels | {
        "total": {0: (*total, fold.customers, *_ends(fold))},
        "days": {day: tuple(sums) for day, sums in fold.daily if sums.rows},
        "hours": {(day, hour): tuple(sums) for day, hour, sums in hours if sums.rows},
        "previous": {day: tuple(sums) for day, sums in fold.previous_daily if sums.rows},
        "amounts": _held(fold.amounts),
    }


def _held(buckets: Sequence[Bucket]) -> dict[Any, tuple[float, ...]]:
    """Return the buckets with a row."""
    return {
        bucket.lower_e4: held
        for bucket in buckets
        if any(held := (bucket.genuine, bucket.fraud, bucket.unknown))
    }


def _ends(fold: Fold) -> tuple[int, int]:
    smallest, largest = fold.smallest, fold.largest
    return (smallest.amount_e4 if smallest else 0, largest.amount_e4 if largest else 0)


def differences(found: Panels, expected: Panels) -> list[str]:
    """The panels that are not equal; sums of squares may differ by 1e-9."""
    wrong = []
    for name in expected.keys() | found.keys():
        mine, theirs = found.get(name, {}), expected.get(name, {})
        if mine.keys() != theirs.keys() or not all(_same(mine[key], theirs[key]) for key in mine):
            wrong.append(name)
    return wrong


def _same(mine: tuple[float, ...], theirs: tuple[float, ...]) -> bool:
    pairs = zip(mine, theirs, strict=True)
    return all(
        abs(a - b) <= 1e-9 * max(abs(b), 1) if isinstance(a, float) else int(a) == int(b) for a, b in pairs
    )


def collected(run: Callable[[str], list[Any]], queries: Mapping[str, str]) -> Panels:
    """Run each statement and bring its rows into the common form."""
    panels: Panels = {}
    for name, query in queries.items():
        rows = [tuple(row) for row in run(query)]
        if name == "hours":
            panels[name] = {(int(key) // 24, int(key) % 24): tuple(values) for key, *values in rows}
        elif name == "amounts":
            panels[name] = _by_bucket(rows, AMOUNT_EDGES_E4.tolist())
        elif name == "scores":
            panels[name] = _by_bucket(rows, [*range(0, 10_000, 500), 9_500])
        else:
            panels[name] = {key: tuple(values) for key, *values in rows}
    return {name: {key: _numbers(values) for key, values in panel.items()} for name, panel in panels.items()}


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(value if isinstance(value, float) else int(value) for value in values)


def _by_bucket(rows: list[tuple[Any, ...]], edges: Sequence[int]) -> dict[Any, tuple[float, ...]]:
    """Turn (bucket's number, label, rows) into the counts by the bucket's lower bound."""
    found: dict[int, list[int]] = {}
    for bucket, label, count in rows:
        place = 2 if label is None else int(label)
        found.setdefault(edges[int(bucket)], [0, 0, 0])[place] += int(count)
    return {lower: tuple(counts) for lower, counts in found.items() if any(counts)}


def on_rows(session: Session, view: View) -> Panels:
    """SQL on the row table, as the application's role."""
    queries = statements(view, WITH_NUMBERS if view.has_lists else "transactions", POSTGRES)
    return collected(lambda query: list(session.execute(text(query))), queries)


class Slow:
    """SQL on rows of the same columns in PostgreSQL, narrow ones with an index, as the application's role."""

    def __init__(self, parquet: Path) -> None:
        names = pq.read_schema(parquet).names
        with owner_session() as owner:
            types = ", ".join(f'"{name}" {_TYPES.get(name, "text")}' for name in names)
            owner.execute(text("drop table if exists bench_payments"))
            owner.execute(text(f"create unlogged table bench_payments ({types})"))
            duckdb.execute("set timezone = 'UTC'")
            csv = parquet.with_suffix(".csv")
            duckdb.execute(f"copy (select * from '{parquet}') to '{csv}' (format csv, header)")
            connection: Any = owner.connection().connection.dbapi_connection
            with csv.open("rb") as file:
                connection.cursor().copy_expert("copy bench_payments from stdin (format csv, header)", file)
            csv.unlink()
            owner.execute(text('create index on bench_payments (bank_id, "timestamp")'))
            owner.execute(text("grant select on bench_payments to public"))
            owner.execute(text("analyze bench_payments"))

    def panels(self, view: View) -> Panels:
        """Run the statements of a view."""
        queries = statements(view, "bench_payments", replace(POSTGRES, customers=DUCKDB.customers))
        with read_only("all") as session:
            return collected(lambda query: list(session.execute(text(query))), queries)


class Duck:
    """DuckDB on Parquet of the same columns, sorted by bank and time, two threads."""

    def __init__(self, parquet: Path) -> None:
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(f"create view payments as select * from '{parquet}'")

    def panels(self, view: View) -> Panels:
        """Run the statements of a view."""
        queries = statements(view, "payments", DUCKDB)
        return collected(lambda query: self.connection.execute(query).fetchall(), queries)


class House:
    """chDB, which is ClickHouse in this process, on a table of the same columns sorted by bank and time."""

    def __init__(self, parquet: Path, threads: int = 2) -> None:
        # 180 MB that only this needs, and without types.
        self.session: Any = import_module("chdb.session").Session()
        settings = f"max_threads = {threads}, cast_keep_nullable = 1, session_timezone = 'UTC'"
        self.session.query(f"set {settings}, output_format_json_quote_64bit_integers = 0")
        self.session.query("create database bench engine = Atomic")
        self.session.query(
            "create table bench.payments engine = MergeTree order by (bank_id, timestamp)"
            f" settings allow_nullable_key = 1 as select * from file('{parquet}', Parquet)"
        )

    def panels(self, view: View) -> Panels:
        """Run the statements of a view."""
        return collected(self._rows, statements(view, "bench.payments", CLICKHOUSE))

    def _rows(self, query: str) -> list[Any]:
        lines = str(self.session.query(query, "JSONCompactEachRow")).splitlines()
        return [
            [_as_day(value) if at == 0 else value for at, value in enumerate(json.loads(line))]
            for line in lines
        ]


def _as_day(value: Any) -> Any:
    """Return the day that a text means, as the other databases send days."""
    is_day = isinstance(value, str) and _DAY.fullmatch(value)
    return date.fromisoformat(value) if is_day else value


class Frame:
    """pandas on the same columns in memory, with what a row adds to each sum beside it."""

    def __init__(self, parquet: Path) -> None:
        rows = pd.read_parquet(parquet)
        volume = rows.transaction_type.isin([kind.strip("'") for kind in VOLUME.split(", ")])
        money = rows.amount_base_e4.where(volume)
        known, labelled, fraud = money.notna(), rows.is_fraud.notna(), rows.is_fraud.eq(other=True)
        fraud, anomaly = fraud.fillna(value=False), rows.is_anomaly
        units = money.fillna(0).astype("int64")
        squares = (units / 1e6) ** 2
        self.keys = rows[["bank_id", "timestamp", "local_date", "hour_of_day", "day_of_week", "customer_no"]]
        self.keys = self.keys.assign(
            **{slug: rows[slug].fillna(MISSING).astype("category") for slug in SLICED}
        )
        self.keys["bucket"] = pd.cut(money, [-1, *(edge - 1 for edge in EDGES), 2**62], labels=False)
        self.keys["label"] = labelled.astype("int8") + fraud.astype("int8")
        self.money = money
        adds: list[Any] = [labelled | True, labelled, fraud, known, units, known & labelled, units * labelled]
        adds += [known & fraud, units * fraud, squares * labelled, squares * fraud, volume & ~known]
        adds += [anomaly.eq(other=True).fillna(value=False), anomaly.notna()]
        self.adds = pd.DataFrame(
            {
                number: add.astype("float64" if number in {9, 10} else "int64")
                for number, add in enumerate(adds)
            }
        )

    def panels(self, view: View) -> Panels:
        """Group the rows of a view."""
        chosen = view.selection
        keys, adds, money = self._within(view, chosen.since, chosen.until)
        panels = {slug: _grouped(adds, keys[slug]) for slug in SLICED}
        local = _local(keys, view)
        customers = keys.customer_no[keys.customer_no > 0].nunique()
        ends = (money.min(), money.max()) if money.notna().any() else (0, 0)
        panels["total"] = {0: (*adds.sum().tolist(), customers, *map(int, ends))}
        panels["days"] = _grouped(adds, local[0])
        panels["hours"] = _grouped(adds, [local[1], local[2]])
        counts = keys[keys.bucket.notna()].groupby(["bucket", "label"]).size().items()
        panels["amounts"] = _by_bucket(
            [(b, (None, False, True)[la], n) for (b, la), n in counts], AMOUNT_EDGES_E4.tolist()
        )
        if chosen.previous is not None:
            keys, adds, _ = self._within(view, *chosen.previous)
            panels["previous"] = _grouped(adds, _local(keys, view)[0])
        return panels

    def _within(self, view: View, since: datetime, until: datetime) -> tuple[Any, Any, Any]:
        keep = (self.keys.timestamp >= since) & (self.keys.timestamp < until)
        if len(view.selection.bank_ids) == 1:
            keep &= self.keys.bank_id == view.selection.bank_ids[0]
        return self.keys[keep], self.adds[keep], self.money[keep]


def _local(keys: Any, view: View) -> tuple[Any, Any, Any]:
    if view.is_local:
        return keys.local_date, keys.day_of_week, keys.hour_of_day
    times = keys.timestamp.dt
    return times.date, times.day_of_week, times.hour


def _grouped(adds: Any, key: Any) -> dict[Any, tuple[float, ...]]:
    sums = adds.groupby(key, observed=True).sum()
    whole = {column: sums[column].tolist() for column in sums}
    keys: list[Any] = [key.date() if isinstance(key, datetime) else key for key in sums.index]
    return dict(zip(keys, zip(*whole.values(), strict=True), strict=True)) if keys else {}
