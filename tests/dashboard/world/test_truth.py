"""The truth stands in files of its own, whole also after a stop, and in no table."""

from __future__ import annotations

import csv
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import text

from dashboard.world.store import Progress, store_world
from dashboard.world.world import WorldOptions, build_world
from database.connection import get_db_session, read_only
from database.demo import add_demo_rates, remove_demo
from database.loading import rates_between
from database.owner import owner_session
from tests.factories import make_bank
from tests.servers import Database

OPTIONS = WorldOptions(until=date(2026, 7, 1), banks=2, days=40, transactions=4_000, seed=5)


def planted() -> set[str]:
    (bank, *_) = build_world(OPTIONS)
    return {identity for batch in bank.batches() for identity in batch.truth["transaction_id"].to_pylist()}


def told(folder: Path) -> list[dict[str, str]]:
    with (folder / "demo-fr.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_truth_of_every_planted_payment_is_in_the_banks_file(committed: Database, tmp_path: Path) -> None:
    store_world(OPTIONS, truth=tmp_path)
    rows = told(tmp_path)
    assert {row["transaction_id"] for row in rows} == planted()
    assert all(bool(row["fraud_type"]) != bool(row["oddity"]) for row in rows)
    terms = json.loads((tmp_path / "demo-us.json").read_text(encoding="utf-8"))
    assert terms["options"]["seed"] == 5
    assert terms["label_delays"]["mule"]["median"] == 9.0
    assert not list(tmp_path.glob("*.part"))


def test_a_stopped_world_has_its_whole_truth_in_the_end(
    committed: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.world.world.ROWS_A_BATCH", 300)

    def stop_later(progress: Progress) -> None:
        if progress.stored > 1_800:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_world(OPTIONS, stop_later, truth=tmp_path)
    assert not (tmp_path / "demo-fr.csv").exists()
    store_world(OPTIONS, truth=tmp_path)
    rows = [row["transaction_id"] for row in told(tmp_path)]
    assert len(rows) == len(set(rows))
    assert set(rows) == planted()


def test_no_table_tells_what_is_an_oddity_or_which_episode_it_was(committed: Database) -> None:
    store_world(OPTIONS)
    with owner_session() as owner:
        columns = set(owner.scalars(text("select column_name from information_schema.columns")))
        analysed = owner.scalar(text("select count(*) from transactions where is_anomaly is not null"))
    assert columns.isdisjoint({"oddity", "episode", "tool"})
    assert analysed == 0


def test_foreign_payments_are_converted_by_the_worlds_rates(committed: Database) -> None:
    store_world(OPTIONS)
    with read_only(["demo-fr"]) as session:
        found = session.execute(
            text("""
                select t.amount, t.exchange_rate, t.amount_base, r.rate
                from transactions t join exchange_rates r
                    on (r.rate_date, r.currency, r.base_currency) = (t.local_date, t.currency, 'EUR')
                where t.currency <> 'EUR'""")
        ).all()
        unknown = session.scalar(text("select count(*) from transactions where amount_base is null"))
    assert len(found) > 20
    assert unknown == 0
    assert all(rate == stored and base == round(amount * rate, 4) for amount, stored, base, rate in found)


def test_made_up_rates_convert_for_the_demos_banks_alone_and_go_with_them(committed: Database) -> None:
    day = date(2026, 6, 1)
    with get_db_session() as session:
        make_bank(session, "mine", base_currency="EUR")
        make_bank(session, "demo-x", base_currency="EUR", is_demo=True)
        add_demo_rates(session, "EUR", [(day, "USD", Decimal("0.9"))])
    for code, expected in (("mine", {}), ("demo-x", {("USD", day): Decimal("0.9")})):
        with get_db_session([code]) as session:
            assert rates_between(session, "EUR", ["USD"], day, day) == expected
    with owner_session() as owner:
        remove_demo(owner)
        assert owner.scalar(text("select count(*) from exchange_rates")) == 0
