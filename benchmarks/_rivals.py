"""The Overview's panels by other means: SQL on the rows, DuckDB on Parquet, pandas in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
from sqlalchemy import text
from sqlalchemy.orm import Session

from database.dimensions import SLICED
from database.segments import MISSING, Fold, Selection
from database.segments.margins import AMOUNT_EDGES_E4

Panels = dict[str, dict[Any, tuple[float, ...]]]

EDGES = AMOUNT_EDGES_E4[1:-1].tolist()
VOLUME = "'purchase', 'payment', 'debit', 'transfer', 'cash_out'"
SUMS = """count(*), count(is_fraud), count(*) filter (where is_fraud),
    count(m), coalesce(sum(m), 0), count(m) filter (where is_fraud is not null),
    coalesce(sum(m) filter (where is_fraud is not null), 0), count(m) filter (where is_fraud),
    coalesce(sum(m) filter (where is_fraud), 0),
    coalesce(sum(sq) filter (where is_fraud is not null), 0), coalesce(sum(sq) filter (where is_fraud), 0),
    count(*) filter (where is_volume and m is null), count(*) filter (where is_anomaly), count(is_anomaly)"""
MONEY = """case when is_volume then amount_base_e4 end as m,
    power(case when is_volume then amount_base_e4 end::float8 / 1000000, 2) as sq"""


@dataclass(frozen=True, slots=True)
class View:
    """A range of days of some banks, in the rivals' words; `is_local` cuts days in the bank's own zone."""

    name: str
    selection: Selection
    is_local: bool

    @property
    def banks(self) -> str:
        """The banks as a list for SQL."""
        return ", ".join(map(str, self.selection.bank_ids))


def of_fold(fold: Fold) -> Panels:
    """The panels as the product has them."""
    total = astuple(fold.total)
    panels: Panels = {slug: {key: astuple(sums) for key, sums in fold.by(slug).items()} for slug in SLICED}
    hours = [(day, hour, sums) for day, row in enumerate(fold.hours) for hour, sums in enumerate(row)]
    return panels | {
        "total": {0: (*total, fold.customers, *_ends(fold))},
        "days": {day: astuple(sums) for day, sums in fold.daily if sums.rows},
        "hours": {(day, hour): astuple(sums) for day, hour, sums in hours if sums.rows},
        "previous": {day: astuple(sums) for day, sums in fold.previous_daily if sums.rows},
        "amounts": {
            bucket.lower_e4: held
            for bucket in fold.amounts
            if any(held := (bucket.genuine, bucket.fraud, bucket.unknown))
        },
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


def statements(view: View, source: str, histogram: str, customers: str) -> dict[str, str]:
    """One SELECT a panel over `source`, a relation with the columns of a payment."""
    chosen = view.selection
    day, hour, weekday = (
        ("local_date", "hour_of_day", "day_of_week")
        if view.is_local
        else (
            "(timestamp at time zone 'UTC')::date",
            "extract(hour from timestamp at time zone 'UTC')::int",
            "extract(isodow from timestamp at time zone 'UTC')::int - 1",
        )
    )
    base = f"(select *, {MONEY} from (select *, transaction_type in ({VOLUME}) as is_volume from {source}) t"
    now = _within(base, view, chosen.since, chosen.until)
    found = {slug: f"select coalesce({slug}, ''), {SUMS} from {now} group by 1" for slug in SLICED}
    found["total"] = f"select 0, {SUMS}, {customers}, coalesce(min(m), 0), coalesce(max(m), 0) from {now}"
    found["days"] = f"select {day}, {SUMS} from {now} group by 1"
    found["hours"] = f"select ({weekday}) * 24 + {hour}, {SUMS} from {now} group by 1"
    found["amounts"] = histogram.format(rows=now)
    if chosen.previous is not None:
        found["previous"] = f"select {day}, {SUMS} from {_within(base, view, *chosen.previous)} group by 1"
    return found


def _within(base: str, view: View, since: datetime, until: datetime) -> str:
    return (
        f"{base} where bank_id in ({view.banks}) and timestamp >= '{since.isoformat()}'"
        f" and timestamp < '{until.isoformat()}') rows"
    )


def collected(run: Callable[[str], list[Any]], queries: Mapping[str, str]) -> Panels:
    """Run each statement and bring its rows into the common form."""
    panels: Panels = {}
    for name, query in queries.items():
        rows = [tuple(row) for row in run(query)]
        if name == "hours":
            panels[name] = {(int(key) // 24, int(key) % 24): tuple(values) for key, *values in rows}
        elif name == "amounts":
            panels[name] = _by_bucket(rows)
        else:
            panels[name] = {key: tuple(values) for key, *values in rows}
    return {name: {key: _numbers(values) for key, values in panel.items()} for name, panel in panels.items()}


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(value if isinstance(value, float) else int(value) for value in values)


def _by_bucket(rows: list[tuple[Any, ...]]) -> dict[Any, tuple[float, ...]]:
    """Turn (bucket's number, label, rows) into the counts by the bucket's lower bound."""
    found: dict[int, list[int]] = {}
    for bucket, label, count in rows:
        place = 2 if label is None else int(label)
        found.setdefault(int(AMOUNT_EDGES_E4[int(bucket)]), [0, 0, 0])[place] += int(count)
    return {lower: tuple(counts) for lower, counts in found.items() if any(counts)}


def on_rows(session: Session, view: View) -> Panels:
    """SQL on the row table, as the application's role."""
    histogram = (
        f"select width_bucket(m, array{EDGES}::bigint[]), is_fraud, count(*) from {{rows}}"
        " where m is not null group by 1, 2"
    )
    customers = "count(distinct (bank_id, customer_id)) filter (where customer_id is not null)"
    queries = statements(view, "transactions", histogram, customers)
    return collected(lambda query: list(session.execute(text(query))), queries)


class Duck:
    """DuckDB on Parquet of the same columns, sorted by bank and time, two threads."""

    def __init__(self, parquet: Path) -> None:
        self.connection = duckdb.connect(config={"threads": 2})
        self.connection.execute("set timezone = 'UTC'")
        self.connection.execute(f"create view payments as select * from '{parquet}'")

    def panels(self, view: View) -> Panels:
        """Run the statements of a view."""
        bins = [edge - 1 for edge in EDGES]
        histogram = (
            f"select list_position({[*bins, 2**63 - 1]}, unnest(map_keys(h))) - 1, is_fraud,"
            f" unnest(map_values(h)) from (select is_fraud, histogram(m, {bins}) as h"
            " from {rows} where m is not null group by 1) s"
        )
        queries = statements(view, "payments", histogram, "count(distinct nullif(customer_no, 0))")
        return collected(lambda query: self.connection.execute(query).fetchall(), queries)


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
        panels["amounts"] = _by_bucket([(b, (None, False, True)[la], n) for (b, la), n in counts])
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
