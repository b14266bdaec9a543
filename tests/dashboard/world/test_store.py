"""The world in the database: whole, labelled, recorded in the segments, resumed, and gone again."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select, text

from dashboard.world import store
from dashboard.world.store import Progress, StoredWorld, begun_world, store_world
from dashboard.world.world import WorldOptions, build_world
from database.connection import get_db_session, read_only
from database.demo import remove_demo
from database.owner import owner_session
from database.queries import banks
from database.segments.check import check
from models.access import Role
from models.banks import Bank
from models.customers import Customer
from models.datasets import Dataset, DatasetJob
from models.errors import ConflictError
from models.jobs import Job, JobStatus
from models.labels import FraudLabel
from models.merchants import Merchant
from models.scope import SCOPED_TABLES
from models.transactions import Transaction
from tests.factories import make_bank, make_transaction, make_user
from tests.servers import Database

OPTIONS = WorldOptions(until=date(2026, 7, 1), banks=2, days=40, transactions=3_000, seed=5)


def counts() -> dict[str, int]:
    with owner_session() as owner:
        return {
            table: int(owner.scalar(text(f"select count(*) from {table}")) or 0)
            for table in sorted(SCOPED_TABLES)
        }


def test_every_row_is_stored_with_its_parties_labels_and_records(committed: Database) -> None:
    assert store_world(OPTIONS).stored == 3_000
    world = build_world(OPTIONS)[0]
    expected = next(iter(world.batches())).rows
    with read_only([world.bank.code]) as session:
        bank = session.scalars(select(Bank).where(Bank.code == "demo-fr")).one()
        assert (bank.name, bank.country, bank.base_currency, bank.time_zone, bank.is_demo) == (
            "Banque Lumière",
            "FR",
            "EUR",
            "Europe/Paris",
            True,
        )
        rows = session.scalar(select(func.count()).select_from(Transaction))
        labelled = session.scalar(
            select(func.count()).select_from(Transaction).where(Transaction.is_fraud.is_not(None))
        )
        assert rows == world.rows == 1_500
        assert session.scalar(select(func.count()).select_from(FraudLabel)) == labelled
        first = expected.slice(0, 1).to_pylist()[0]
        kept = session.scalars(
            select(Transaction).where(Transaction.transaction_id == first["transaction_id"])
        ).one()
        assert kept.timestamp == first["timestamp"]
        assert kept.amount_e4 == kept.amount_base_e4 == first["amount_e4"]
        assert (kept.customer_id, kept.category, kept.card_fingerprint) == (
            first["customer_id"],
            first["category"],
            first["card_fingerprint"],
        )
        customer = session.scalars(select(Customer).where(Customer.customer_id == kept.customer_id)).one()
        assert customer.email is not None
        assert customer.email.endswith("@example.com")
        assert customer.transaction_count > 0
        assert customer.risk_score is not None
        merchants = session.scalar(select(func.count()).select_from(Merchant))
        assert merchants is not None
        assert merchants > 50
    with owner_session(snapshot=True) as owner:
        assert check(owner).agree


def test_a_dataset_and_a_run_tell_what_was_made(committed: Database) -> None:
    seen: list[Progress] = []
    store_world(OPTIONS, seen.append)
    assert seen[-1].rows == seen[-1].total == seen[-1].stored == 3_000
    assert seen[-1].seconds_left == 0
    for each in seen:
        assert each.rows_a_second * each.seconds == pytest.approx(each.stored)
        assert each.seconds_left == pytest.approx((each.total - each.rows) * each.seconds / each.stored)
    with read_only(["demo-us"]) as session:
        dataset = session.scalars(select(Dataset)).one()
        assert (dataset.rows, dataset.is_demo, dataset.origin.value) == (1_500, True, "generated")
        assert dataset.first_at is not None
        work = session.scalars(select(DatasetJob)).one()
        assert (work.rows_read, work.rows_accepted) == (1_500, 1_500)
        job = session.scalars(select(Job).where(Job.job_id == work.job_id)).one()
        assert (job.status, job.progress_done, job.progress_total) == (JobStatus.SUCCEEDED, 1_500, 1_500)


def test_a_second_call_adds_nothing(committed: Database) -> None:
    store_world(OPTIONS)
    before = counts()
    again = store_world(WorldOptions(until=date(2026, 7, 2)))
    assert again == StoredWorld(OPTIONS, 3_000, 0, again.seconds)
    assert counts() == before


def test_a_stopped_world_goes_on_as_it_was_begun(
    committed: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashboard.world.world.ROWS_A_BATCH", 300)
    stored = 0

    def stop_later(progress: Progress) -> None:
        nonlocal stored
        stored = progress.stored
        if progress.stored > 1_800:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store_world(OPTIONS, stop_later)
    assert begun_world() == OPTIONS
    assert 0 < stored < 3_000
    again = store_world(WorldOptions(until=date(2027, 1, 1)))
    assert again.stored == 3_000 - stored
    with read_only("all") as session:
        assert session.scalar(select(func.count()).select_from(Transaction)) == 3_000
        statuses = set(session.scalars(select(Job.status).where(Job.kind == store.JOB_KIND)))
        assert statuses == {JobStatus.FAILED, JobStatus.SUCCEEDED}
    with owner_session(snapshot=True) as owner:
        assert check(owner).agree


def test_the_demo_never_enters_a_bank_of_ones_own(committed: Database) -> None:
    with get_db_session() as session:
        make_bank(session, "demo-fr")
    with pytest.raises(ConflictError, match="demo-fr"):
        store_world(OPTIONS)


def test_admins_see_the_demo_banks(committed: Database) -> None:
    with get_db_session() as session:
        admin, stranger = make_user(session, role=Role.ADMIN), make_user(session)
    store_world(OPTIONS)
    with read_only() as session:
        granted = {
            user: session.scalars(text(f"select count(*) from user_banks where user_id = {user}")).one()
            for user in (admin.user_id, stranger.user_id)
        }
    assert granted == {admin.user_id: 2, stranger.user_id: 0}


def test_removing_the_demo_leaves_what_is_ones_own(committed: Database) -> None:
    with get_db_session() as session:
        bank = make_bank(session, "mine")
    with get_db_session(["mine"]) as session:
        make_transaction(session, bank, "t-1", is_fraud=True)
    before = counts()
    store_world(OPTIONS)
    with owner_session() as owner:
        assert remove_demo(owner) == 2
    assert counts() == before
    with get_db_session() as session:
        assert banks.demo_codes(session) == ()
        assert session.scalar(select(func.count()).select_from(Job)) == 0
    with owner_session(snapshot=True) as owner:
        assert check(owner).agree
