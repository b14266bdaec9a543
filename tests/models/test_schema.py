"""Models and schema say the same, both ways, as two servers' catalogs spell it."""

from __future__ import annotations

import re
from contextlib import closing

import psycopg2
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Table, create_engine

from models import Base
from models.base import Choice
from tests.migrations.catalog import columns, rows, schema, tables
from tests.servers import Database

pytestmark = pytest.mark.committed

# Indexes of scoped tables that do not begin with the bank, each with its reason.
WITHOUT_BANK = {
    "uq_customers_customer_no",  # the fold finds a customer by its number
    "uq_merchants_merchant_no",  # same
    "ix_transactions_ingest_seq",  # the fold finds a payment by its number
    "ix_transactions_dataset",  # an undo takes away one dataset; nearly nothing to keep
    "ix_dataset_jobs_job_id",  # removing a job
    "ix_datasets_created_by",  # removing a user
    "uq_segments_seg_uid",  # names a cached file on every machine
}
LEAKPROOF = {
    "integer",
    "bigint",
    "double precision",
    "date",
    "timestamp with time zone",
    "text",
    "inet",
    "uuid",
}


def url(database: Database) -> str:
    return database.owner_url.replace("postgresql:", "postgresql+psycopg2:")


@pytest.mark.every_postgres
def test_models_alone_would_make_the_very_same_schema(committed: Database, empty_database: Database) -> None:
    engine = create_engine(url(empty_database))
    Base.metadata.create_all(engine)
    engine.dispose()
    migrated, modelled = schema(committed.owner_url), schema(empty_database.owner_url)
    for what, found in migrated.items():
        assert found == modelled[what], what


@pytest.mark.every_postgres
def test_alembic_finds_no_difference_either_way(committed: Database) -> None:
    ours = set(tables(committed.owner_url))
    engine = create_engine(url(committed))
    options = {
        "compare_type": True,
        "include_object": lambda found, name, kind, _reflected, _other: kind != "table" or name in ours,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


@pytest.mark.parametrize(
    "change",
    [
        "drop index ix_transactions_time",
        "alter table alerts drop constraint ck_alerts_version",
        "alter table customers alter country set not null",
        "alter table merchants alter category drop not null",
        "alter table jobs alter attempts type bigint",
        "alter table users alter full_name type text",
        "alter table users alter theme drop default",
        "alter table banks add nickname text",
        "alter table jobs drop log_tail",
        (
            "alter table alerts drop constraint ck_alerts_status;"
            " alter table alerts add constraint ck_alerts_status check (status in ('new', 'closed'))"
        ),
    ],
)
def test_the_comparison_notices_each_kind_of_difference(committed: Database, change: str) -> None:
    before = schema(committed.owner_url)
    rows(committed.owner_url, change)
    assert schema(committed.owner_url) != before


def test_every_check_of_choices_holds_exactly_the_values_of_its_enum(committed: Database) -> None:
    found = {
        (table, name): set(re.findall(r"'([^']*)'::text", definition))
        for table, name, definition in schema(committed.owner_url)["constraints"]
        if definition.startswith("CHECK") and "ANY (ARRAY[" in definition
    }
    expected = {
        (table.name, f"ck_{table.name}_{column.name}"): {choice.value for choice in column.type.choices}
        for table in Base.metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Choice)
    }
    assert found == expected
    assert len(found) > 20


def test_all_text_is_compared_by_its_bytes(committed: Database) -> None:
    collations = {collation for kind, _, collation in columns(committed.owner_url).values() if kind == "text"}
    assert collations == {"C"}


def test_every_table_says_when_a_row_was_written(committed: Database) -> None:
    found = columns(committed.owner_url)
    for table in tables(committed.owner_url):
        assert found[table, "created_at"][:2] == ("timestamp with time zone", True)
    assert not [kind for kind, *_ in found.values() if kind.startswith("timestamp without")]


def test_keys_and_indexes_of_a_banks_rows_begin_with_the_bank(committed: Database) -> None:
    scoped = {"segment_tail"} | {table.name for table in Base.metadata.tables.values() if _is_of_bank(table)}
    without = {
        index
        for table, index, definition in schema(committed.owner_url)["indexes"]
        if table in scoped and not re.search(r"\(bank_id\b", definition)
    }
    assert without == WITHOUT_BANK


def test_indexes_under_the_scope_hold_only_what_it_can_search_by(committed: Database) -> None:
    indexed = rows(
        committed.owner_url,
        "select c.relname, a.attname, format_type(a.atttypid, null) from pg_index x"
        " join pg_class c on c.oid = x.indrelid and c.relrowsecurity"
        " join pg_attribute a on a.attrelid = c.oid and a.attnum = any(x.indkey)",
    )
    assert len(indexed) > 50
    assert {kind for _, _, kind in indexed} <= LEAKPROOF


def test_large_tables_have_no_triggers_of_ours(committed: Database) -> None:
    triggers = (
        "select tgname from pg_trigger t join pg_class c on c.oid = tgrelid"
        " where not tgisinternal and c.relname not like 'procrastinate%%'"
    )
    assert rows(committed.owner_url, triggers) == []


def test_records_are_stored_as_they_are_and_the_tail_is_vacuumed_by_its_size(committed: Database) -> None:
    storage = (
        "select c.relname, a.attstorage from pg_attribute a join pg_class c on c.oid = attrelid"
        " where attname = 'data' and relname like 'segment%%' and relkind = 'r' order by 1"
    )
    assert rows(committed.owner_url, storage) == [("segment_tail", "e"), ("segments", "e")]


def test_ten_thousandths_and_flagged_scores_are_computed_by_the_database(committed: Database) -> None:
    generated = {
        (table, name): expression
        for table, name, _, _, _, expression, _, kind in schema(committed.owner_url)["columns"]
        if kind == "s"
    }
    assert generated == {
        ("transactions", "amount_e4"): "((amount * (10000)::numeric))::bigint",
        ("transactions", "amount_base_e4"): "((amount_base * (10000)::numeric))::bigint",
        ("transactions", "flagged_score"): (
            "\nCASE\n    WHEN (decision = ANY (ARRAY['review'::text, 'block'::text])) THEN fraud_score\n"
            "    ELSE NULL::double precision\nEND"
        ),
    }


def test_names_fit_into_what_the_server_keeps(committed: Database) -> None:
    names = rows(
        committed.owner_url,
        "select relname from pg_class union select conname from pg_constraint"
        " union select attname from pg_attribute",
    )
    assert max(len(name) for (name,) in names) < 63


def test_a_not_a_number_is_no_money(committed: Database) -> None:
    with closing(psycopg2.connect(committed.owner_url)) as connection, connection.cursor() as cursor:
        cursor.execute("insert into banks (code, name, base_currency) values ('a', 'A', 'EUR')")
        with pytest.raises(psycopg2.errors.FeatureNotSupported, match="NaN"):
            cursor.execute(
                "insert into transactions (bank_id, transaction_id, content_hash, amount, currency,"
                " transaction_type, payment_method, channel, timestamp, local_date, hour_of_day, day_of_week,"
                " day_of_month, month, is_weekend, time_of_day_category) values (1, 't', '', 'NaN', 'EUR',"
                " 'purchase', 'cash', 'pos', now(), now(), 1, 1, 1, 1, false, 'night')"
            )


def _is_of_bank(table: Table) -> bool:
    return next(iter(table.primary_key.columns), table.columns[0]).name == "bank_id" and table.name != "banks"
