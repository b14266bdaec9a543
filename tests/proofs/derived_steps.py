"""The steps in the life of an import that are killed and done again, and what must be there then."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.detectors.job import run_detect
from dashboard.enrichment import run_enrichment
from dashboard.ingestion.bank import BankWish, bank_for
from dashboard.ingestion.options import ImportOptions
from dashboard.ingestion.run import import_file
from dashboard.ingestion.undo import undo_dataset
from database.connection import execute_query, get_db_session
from database.owner import owner_session
from database.queries import jobs
from database.segments.compaction import fold_tail, merge_small_years
from database.segments.rebuild import rebuild
from models.jobs import JobStatus
from models.messages import Message
from tests.proofs.kill_import import MAPPING

CHUNK_ROWS, FOLDED_AT_ONCE = 500, 400
_CONTENT = """
select md5(string_agg(t::text, ';' order by t.transaction_id)) from (
    select transaction_id, amount, timestamp, customer_id, merchant_id, is_fraud, fraud_score, decision,
        transactions_last_hour, transactions_last_day, amount_last_hour, amount_last_day,
        time_since_last_transaction, merchant_risk_score, customer_risk_score,
        is_anomaly, anomaly_type, anomaly_score
    from transactions) t
"""
_SHOWN = "(select string_agg(transaction_id, ',' order by transaction_id) from pattern_transactions t"
# By what they show and not by their keys: some hold the number that a merchant got in this database.
_PATTERNS = f"""
select md5(string_agg(p::text, ';' order by p::text)) from (
    select pattern_type, status, detection_count, {_SHOWN}
        where t.fraud_pattern_id = f.fraud_pattern_id) as shown from fraud_patterns f
    union all
    select pattern_type, status, detection_count, {_SHOWN}
        where t.anomaly_pattern_id = a.anomaly_pattern_id) from anomaly_patterns a) p
"""
FOUND = f"""
select (select count(*) from transactions) as rows, ({_CONTENT}) as content, ({_PATTERNS}) as patterns,
    (select count(*) from transactions where enriched_at is null) as waiting,
    (select count(*) from transactions where is_anomaly) as anomalies,
    (select count(*) from fraud_labels) as labels, (select count(*) from alerts) as alerts,
    (select count(distinct transaction_id) from alerts) as alerted,
    (select count(*) from customers) as customers, (select count(*) from merchants) as merchants,
    (select coalesce(sum(rows), 0) from datasets) as dataset_rows
"""


@dataclass
class Quiet:
    """A job's view of itself, for a step that runs without the worker."""

    parameters: Mapping[str, Any]
    job_id: int = 0

    def report(self, done: int, total: int, message: Message | None = None) -> None:
        """Tell nobody."""


def _import(bank: str, path: str) -> None:
    with get_db_session() as session:
        bank_for(session, bank, BankWish(base_currency="EUR"))
    import_file(Path(path), ImportOptions(bank, mapping=MAPPING, currency="EUR", chunk_rows=CHUNK_ROWS))


def _enrich(bank: str, _path: str) -> None:
    run_enrichment(Quiet({"bank": bank, "alerts": "all"}))


def _detect(bank: str, _path: str) -> None:
    """Run the detectors as the worker does: a run that was killed goes on as the same run."""
    parameters = {"bank": bank, "proof": True}
    with get_db_session() as session:
        begun = [run for run in jobs.newest(session, kind="detect") if run.parameters == parameters]
        job_id = (
            begun[0].job_id if begun else jobs.create(session, "detect", parameters, status=JobStatus.RUNNING)
        )
    run_detect(Quiet(parameters, job_id))


def _fold(_bank: str, _path: str) -> None:
    more = True
    while more:
        with owner_session() as session:
            more = fold_tail(session, at_once=FOLDED_AT_ONCE).more
    with owner_session() as session:
        merge_small_years(session)


def _rebuild(_bank: str, _path: str) -> None:
    rebuild()


def _undo(bank: str, _path: str) -> None:
    (row,) = execute_query("select max(dataset_id) as dataset_id from datasets", banks=[bank])
    undo_dataset(bank, row["dataset_id"])


STEPS: dict[str, Callable[[str, str], None]] = {
    "import": _import,
    "enrich": _enrich,
    "detect": _detect,
    "fold": _fold,
    "rebuild": _rebuild,
    "undo": _undo,
}
