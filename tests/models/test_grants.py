"""What the application's and the reader's roles may do: the table by hand, and tried."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from tests.migrations.catalog import rows, tables
from tests.migrations.filling import fill
from tests.servers import Database

pytestmark = pytest.mark.committed

READ, ADD, CHANGE, REMOVE = "SELECT", "INSERT", "UPDATE", "DELETE"
ALL = {READ, ADD, CHANGE, REMOVE}
APPLICATION = {
    "alert_events": {READ, ADD},
    "alert_transactions": {READ, ADD, CHANGE},
    "alerts": {READ, ADD, CHANGE},
    "anomaly_patterns": ALL,
    "audit_log": {READ, ADD},
    "banks": ALL,
    "cache_entries": ALL,
    "calendar_events": ALL,
    "codes": {READ, ADD},
    "customers": ALL,
    "dataset_jobs": ALL,
    "datasets": ALL,
    "decision_reasons": {READ, ADD, CHANGE},
    "exchange_rates": ALL,
    "fraud_labels": {READ, ADD},
    "fraud_patterns": ALL,
    "jobs": {READ, ADD, CHANGE},
    "login_history": {READ, ADD},
    "merchants": ALL,
    "ml_features": ALL,
    "model_predictions": {READ, ADD, CHANGE},
    "model_versions": {READ, ADD, CHANGE},
    "outbox": {READ, ADD, CHANGE},
    "pattern_transactions": {READ, ADD},
    "schema_migrations": {READ},
    "segment_tail": {READ, ADD},
    "segments": {READ},
    "system_logs": {READ, ADD},
    "transactions": ALL,
    "user_banks": {READ, ADD, REMOVE},
    "user_sessions": {READ, ADD, CHANGE},
    "users": {READ, ADD, CHANGE},
}
# The reader never needs what proves who somebody is, nor what is on its way to others.
NOT_READ = {"login_history", "outbox", "user_sessions", "users"}
SECRETS = {"password_hash", "totp_secret", "totp_last_step"}


def granted(database: Database, role: str) -> dict[str, set[str]]:
    found = rows(
        database.owner_url,
        "select table_name, array_agg(privilege_type::text) from information_schema.role_table_grants"
        " where grantee = %s and table_name not like 'procrastinate%%' group by 1",
        role,
    )
    return {table: set(privileges) for table, privileges in found}


def is_refused(database: Database, statement: str) -> bool:
    with closing(psycopg2.connect(database.app_url)) as connection, connection.cursor() as cursor:
        try:
            cursor.execute(statement)
        except InsufficientPrivilege:
            return True
        return False


@pytest.mark.every_postgres
def test_the_application_has_these_rights_and_no_more(committed: Database) -> None:
    assert granted(committed, "vigie_app") == APPLICATION
    assert set(APPLICATION) == set(tables(committed.owner_url))


@pytest.mark.every_postgres
def test_the_reader_only_reads(committed: Database) -> None:
    readable = set(APPLICATION) - NOT_READ
    assert granted(committed, "vigie_reader") == {table: {READ} for table in readable}


def test_nobody_else_has_any_right(committed: Database) -> None:
    for table in tables(committed.owner_url):
        others = rows(
            committed.owner_url,
            "select distinct grantee from information_schema.role_table_grants where table_name = %s"
            " and grantee not in ('vigie_owner', 'vigie_app', 'vigie_reader')",
            table,
        )
        assert others == []


def test_the_reader_sees_people_without_their_secrets(committed: Database) -> None:
    seen = rows(
        committed.owner_url,
        "select column_name from information_schema.columns where table_name = 'users'"
        " and not has_column_privilege('vigie_reader', 'users', column_name, 'select')",
    )
    assert {name for (name,) in seen} == SECRETS


@pytest.mark.every_postgres
@pytest.mark.parametrize("table", [t for t, rights in APPLICATION.items() if CHANGE not in rights])
def test_what_only_grows_cannot_be_rewritten(committed: Database, table: str) -> None:
    fill(committed.owner_url)
    for statement in (f"update {table} set created_at = now()", f"truncate {table}"):
        assert is_refused(committed, statement)


@pytest.mark.parametrize(
    "table", ["audit_log", "fraud_labels", "alert_events", "login_history", "system_logs"]
)
def test_what_is_evidence_cannot_be_deleted(committed: Database, table: str) -> None:
    assert is_refused(committed, f"delete from {table}")


def test_the_application_cannot_lift_its_own_scope(committed: Database) -> None:
    for statement in (
        "alter table transactions no force row level security",
        "drop policy bank_scope on transactions",
        "create policy mine on transactions to vigie_app using (true)",
        "call scope_by_bank('banks')",
        "select create_daily_partitions('system_logs')",
        "set role vigie_owner",
    ):
        assert is_refused(committed, statement)


@pytest.mark.every_postgres
def test_append_only_rows_go_with_the_payment_that_they_are_about(committed: Database) -> None:
    fill(committed.owner_url)
    with closing(psycopg2.connect(committed.app_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select set_config('vigie.banks', '1', true)")
        cursor.execute("delete from transactions")
        assert cursor.rowcount == 1
        for table in ("fraud_labels", "alerts", "alert_events", "model_predictions", "pattern_transactions"):
            cursor.execute(f"select count(*) from {table}")
            assert cursor.fetchone() == (0,), table


@pytest.mark.every_postgres
def test_a_removed_dataset_releases_its_payments_and_keeps_their_bank(committed: Database) -> None:
    fill(committed.owner_url)
    rows(committed.owner_url, "delete from datasets")
    assert rows(committed.owner_url, "select bank_id, dataset_id from transactions") == [(1, None)]


def test_a_removed_user_leaves_what_was_done(committed: Database) -> None:
    fill(committed.owner_url)
    rows(committed.owner_url, "update jobs set created_by = 1")
    rows(committed.owner_url, "delete from users")
    assert rows(committed.owner_url, "select created_by from jobs") == [(None,)]
    assert rows(committed.owner_url, "select count(*) from login_history") == [(1,)]
