"""Each index serves its question under the bank scope, asked as the application's role."""

from __future__ import annotations

from contextlib import closing

import psycopg2
import pytest

from tests.migrations.catalog import rows
from tests.migrations.filling import fill
from tests.servers import Database

pytestmark = pytest.mark.committed

MANY = 4_000
IN = "select * from transactions where bank_id = 1 and"
# Written as the queries write them: the bank by its value, and the policy on top of it.
QUESTIONS = {
    "pk_transactions": f"{IN} transaction_id = 't-77'",
    "ix_transactions_customer": f"{IN} customer_id = 'c-1' order by timestamp desc limit 20",
    "ix_transactions_merchant": f"{IN} merchant_id = 'm-1' order by timestamp desc limit 20",
    "ix_transactions_time": f"{IN} timestamp >= '2024-03-01' and timestamp < '2024-03-02'",
    "ix_transactions_fraud": f"{IN} is_fraud order by timestamp desc limit 20",
    "ix_transactions_amount_base": f"{IN} amount_base_e4 > 39000000",
    "ix_transactions_amount": f"{IN} currency = 'EUR' order by amount_e4 desc limit 10",
    "ix_transactions_flagged": f"{IN} flagged_score >= 0.9",
    "ix_transactions_burst": f"{IN} transactions_last_hour >= 5 order by transactions_last_hour desc limit 9",
    "ix_transactions_card": f"{IN} card_fingerprint = 'f-5' order by timestamp desc limit 20",
    "ix_transactions_device": f"{IN} device_id = 'd-5' order by timestamp desc limit 20",
    "ix_transactions_ip": f"{IN} ip_address = '10.0.0.5' order by timestamp desc limit 20",
    "ix_transactions_ingest_seq": "select * from transactions where ingest_seq = any('{5,9}'::bigint[])",
    "ix_fraud_labels_transaction": "select * from fraud_labels where bank_id = 1 and transaction_id = 't-9'"
    " order by recorded_at desc",
    "ix_customers_search": "select * from customers where bank_id = 1 and search_key ^@ 'marie 77'",
    "ix_customers_bank_id_risk_score": "select * from customers where bank_id = 1 and risk_score >= 0.99",
    "uq_customers_bank_id_email_key": "select * from customers where bank_id = 1 and email_key = 'e-7'",
    "ix_merchants_bank_id_category": "select * from merchants where bank_id = 1 and category = 'k-7'",
    "ix_merchants_bank_id_search_key": "select * from merchants where bank_id = 1 and search_key ^@ 'shop 7'",
}
FILL = [
    (
        "insert into customers (bank_id, customer_id, search_key, email_key, risk_score)"
        f" select 1, 'c' || i, 'marie ' || i, 'e-' || i, i / {MANY}.0 from generate_series(1, {MANY}) i"
    ),
    (
        "insert into merchants (bank_id, merchant_id, name, search_key, category)"
        f" select 1, 'm' || i, 'Shop', 'shop ' || i, 'k-' || mod(i, 200) from generate_series(1, {MANY}) i"
    ),
    (
        "insert into transactions (bank_id, transaction_id, content_hash, customer_id, merchant_id,"
        " card_fingerprint, device_id, ip_address, amount, currency, amount_base, transaction_type,"
        " payment_method, channel, timestamp, local_date, hour_of_day, day_of_week, day_of_month, month,"
        " is_weekend, time_of_day_category, is_fraud, fraud_score, decision)"
        " select 1, 't' || i, '', 'c' || i, 'm' || i, 'f-' || mod(i, 900), 'd-' || mod(i, 900),"
        " '10.0.0.0'::inet + mod(i, 900), i, 'EUR', i, 'purchase', 'cash', 'pos',"
        " timestamptz '2024-01-01' + i * interval '1 hour', '2024-01-01', 1, 1, 1, 1, false, 'night',"
        f" mod(i, 100) = 0, i / {MANY}.0, case when mod(i, 10) = 0 then 'review' else 'approve' end"
        f" from generate_series(1, {MANY}) i"
    ),
    (
        "insert into fraud_labels (bank_id, transaction_id, is_fraud, source)"
        f" select 1, 't' || i, false, 'import' from generate_series(1, {MANY}) i"
    ),
]


@pytest.mark.every_postgres
def test_each_question_is_answered_by_its_index(committed: Database) -> None:
    fill(committed.owner_url)
    for statement in (*FILL, "analyze customers, merchants, transactions, fraud_labels"):
        rows(committed.owner_url, statement)
    unanswered = {}
    with closing(psycopg2.connect(committed.app_url)) as connection, connection.cursor() as cursor:
        cursor.execute("select set_config('vigie.banks', '1', true)")
        for index, question in QUESTIONS.items():
            cursor.execute(f"explain {question}")
            plan = "\n".join(line for (line,) in cursor.fetchall())
            if index not in plan:
                unanswered[index] = plan
    assert not unanswered, "\n\n".join(f"{index}:\n{plan}" for index, plan in unanswered.items())
