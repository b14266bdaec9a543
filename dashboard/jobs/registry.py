"""Every kind of job: what it is called, what it does, and what it must not run beside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from dashboard.data.check_job import check_lock, run_check
from dashboard.data.demo_job import demo_lock, run_remove_demo
from dashboard.detectors.job import detect_lock, run_detect
from dashboard.enrichment import enrich_lock, run_enrichment
from dashboard.ingestion.follow_up import follow
from dashboard.ingestion.job import import_lock, run_import
from dashboard.ingestion.undo import run_undo
from dashboard.jobs.control import Control
from database.connection import Session
from models.messages import N_


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind: `run` is resumable or idempotent, for a run whose worker died is taken again.

    `then` is done in the transaction that ends a run, however it ended.
    """

    slug: str
    name: str
    run: Callable[[Control], Mapping[str, Any]]
    lock: Callable[[Mapping[str, Any]], str | None]
    then: Callable[[Session, int], object] = lambda _session, _job_id: None


JOB_KINDS: dict[str, JobKind] = {
    kind.slug: kind
    for kind in (
        JobKind("import", N_("Import"), run_import, import_lock, follow),
        JobKind("undo", N_("Undo of an import"), run_undo, import_lock, follow),
        JobKind("check", N_("Check"), run_check, check_lock),
        JobKind("remove-demo", N_("Removal of the demo"), run_remove_demo, demo_lock),
        JobKind("enrich", N_("Scores and alerts"), run_enrichment, enrich_lock),
        JobKind("detect", N_("Detectors"), run_detect, detect_lock),
    )
}
