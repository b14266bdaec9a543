from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from random import Random
from typing import Final

import pandas as pd
import pytest
from sqlalchemy import text

from database.connection import read_only
from database.segments import MISSING, Party, PartyCounts, bands, quantile, read
from tests.database.segments.oracle import VOLUME, chosen, compare, within_amounts
from tests.database.segments.test_reading import random_selection, world
from tests.servers import Database

PARTIES: Final[tuple[Party, ...]] = ("customer", "merchant")
EDGES = (0, 10_000, 50_000, 120_000, 400_000, 900_000, 5_000_000)


def known(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[rows.transaction_type.isin(VOLUME) & rows.money.notna()]


@pytest.mark.every_postgres
def test_quantiles_bands_and_parties_equal_the_rows(committed: Database) -> None:
    banks, every = world(seed=11, rows=2_000)
    numbers = numbers_of()
    random = Random(12)
    for _ in range(20):
        selection = replace(random_selection(random, banks), previous=None)
        rows = within_amounts(chosen(every, selection, selection.since, selection.until), selection)
        money = known(rows).money.astype("int64").sort_values()
        share = random.choice([0.01, 0.5, 0.9, 0.99, 1.0])
        with read_only("all") as session:
            found = quantile(session, selection, share)
            buckets = bands(session, selection, EDGES)
            fold = read(session, selection, parties=PARTIES)
        assert compare(fold, every, selection) == []
        assert found == (None if money.empty else int(money.iloc[math.ceil(share * len(money)) - 1]))
        labels = known(rows).label
        for (low, high), bucket in zip(pairwise(EDGES), buckets, strict=True):
            counted = labels[(money >= low) & (money < high)].value_counts()
            expected = tuple(int(counted.get(label, 0)) for label in ("genuine", "fraud", MISSING))
            assert (bucket.genuine, bucket.fraud, bucket.unknown) == expected
        for party, counts in fold.parties.items():
            compare_parties(counts, rows, party, numbers[party])


def compare_parties(
    counts: PartyCounts, rows: pd.DataFrame, party: str, numbers: dict[int, tuple[int, str]]
) -> None:
    groups = dict(iter(rows.groupby(["bank_id", f"{party}_id"])))
    assert {numbers[number] for number in counts.number.tolist()} == set(groups)
    for place, number in enumerate(counts.number.tolist()):
        part = groups[numbers[number]]
        volume = known(part)
        assert counts.rows[place] == len(part)
        assert counts.labelled[place] == (part.label != MISSING).sum()
        assert counts.frauds[place] == (part.label == "fraud").sum()
        assert counts.fraud_volume_e4[place] == volume[volume.label == "fraud"].money.sum()


def numbers_of() -> dict[str, dict[int, tuple[int, str]]]:
    found: dict[str, dict[int, tuple[int, str]]] = {}
    with read_only("all") as session:
        for party in ("customer", "merchant"):
            rows = session.execute(text(f"select {party}_no, bank_id, {party}_id from {party}s"))
            found[party] = {number: (bank, identity) for number, bank, identity in rows}
    return found
