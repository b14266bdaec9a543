"""What detectors find of what is planted, and say of quiet weeks: `python benchmarks/detectors.py`.

Worlds of seeds that nothing was fitted on are stored, the job runs over every bank, and its patterns are
held against the truth: an episode is found if most payments of a pattern of its kind are its own, and such
a pattern is right. A quiet world has oddities and no fraud: every fraud pattern there is a false alarm.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("SLOW_QUERY_MS", "600000")

from sqlalchemy import text  # noqa: E402 - the project's folder is found first

from benchmarks._judging import KINDS, Tally, compare, read_truth  # noqa: E402
from benchmarks._world import UNTIL, world_of  # noqa: E402
from dashboard.jobs.run import run_job  # noqa: E402
from dashboard.jobs.submit import submit  # noqa: E402
from dashboard.world.world import WorldOptions, build_world  # noqa: E402
from database.connection import get_db_session, read_only  # noqa: E402
from models.jobs import JobStatus  # noqa: E402

BANKS, DAYS = 4, 180
RECALL = PRECISION = 0.8
TARGETED = ("card_testing", "account_takeover", "ring")
_FOUND = text("""
select p.pattern_type, array_agg(e.transaction_id) as ids
from fraud_patterns p join pattern_transactions e using (bank_id, fraud_pattern_id)
where p.status = 'active' group by p.fraud_pattern_id, p.pattern_type""")


@dataclass
class Judgement:
    """What came of the worlds so far."""

    tallies: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in KINDS})
    alarms: Counter[str] = field(default_factory=Counter)
    anomalies: int = 0
    rows: int = 0
    seconds: float = 0.0

    def add(self, told: dict[str, Tally]) -> None:
        """Count what was found in one bank."""
        for kind, tally in told.items():
            mine = self.tallies[kind]
            mine.planted += tally.planted
            mine.found += tally.found
            mine.told += tally.told
            mine.right += tally.right


def main() -> int:
    """Print precision and recall by kind, and false alarms; the status is 1 where a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=600_000, help="payments of each world")
    parser.add_argument("--seeds", type=int, nargs="+", default=[22, 23, 24])
    parser.add_argument("--quiet-seeds", type=int, nargs="*", default=[31, 32])
    parser.add_argument("--folder", type=Path, default=Path(os.environ.get("VIGIE_HOME", ".vigie")) / "bench")
    parser.add_argument("--results", type=Path, default=ROOT / "benchmarks" / "results" / "detectors.txt")
    options = parser.parse_args()
    busy, quiet = Judgement(), Judgement()
    for seed in options.seeds:
        _judge(busy, options.rows, seed, 1.0, options.folder.absolute())
    for seed in options.quiet_seeds:
        _judge(quiet, options.rows, seed, 0.0, options.folder.absolute())
    weeks = len(options.quiet_seeds) * BANKS * DAYS // 7
    lines, missed = _told(busy, quiet, weeks)
    sys.stdout.write("\n".join(lines) + "\n")
    options.results.parent.mkdir(exist_ok=True)
    options.results.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 1 if missed else 0


def _judge(judgement: Judgement, rows: int, seed: int, pressure: float, folder: Path) -> None:
    options = WorldOptions(
        until=UNTIL, banks=BANKS, days=DAYS, transactions=rows, seed=seed, pressure=pressure
    )
    with world_of(rows, folder, options) as home:
        for world in build_world(options):
            _judge_bank(judgement, world.bank.code, home / "truth")
    judgement.rows += rows


def _judge_bank(judgement: Judgement, code: str, truth: Path) -> None:
    begun = time.perf_counter()
    with get_db_session() as session:
        job_id = submit(session, "detect", {"bank": code})
    assert run_job(job_id) is JobStatus.SUCCEEDED
    judgement.seconds += time.perf_counter() - begun
    with read_only([code]) as session:
        found = [(row.pattern_type, tuple(row.ids)) for row in session.execute(_FOUND)]
        owners = session.execute(text("select transaction_id, customer_id from transactions")).all()
        odd = session.scalar(text("select count(*) from transactions where is_anomaly"))
    judgement.anomalies += int(odd or 0)
    judgement.alarms.update(kind for kind, _ in found)
    judgement.add(compare(read_truth(truth / f"{code}.csv", {row[0]: row[1] for row in owners}), found))


def _told(busy: Judgement, quiet: Judgement, weeks: int) -> tuple[list[str], int]:
    lines = [
        f"{busy.rows:,} payments of {BANKS} banks, worlds of {DAYS} days",
        f"{busy.rows / busy.seconds:,.0f} judged a second, {busy.anomalies / busy.rows:.2%} anomalies",
        f"{'':20}{'planted':>9}{'found':>9}{'recall':>9}{'told':>9}{'right':>9}{'precision':>11}",
    ]
    missed = 0
    for kind, tally in busy.tallies.items():
        is_missed = kind in TARGETED and not (tally.recall >= RECALL and tally.precision >= PRECISION)
        missed += is_missed
        lines.append(
            f"{kind:20}{tally.planted:>9}{tally.found:>9}{tally.recall:>9.2f}"
            f"{tally.told:>9}{tally.right:>9}{tally.precision:>11.2f}{'  MISSED' if is_missed else ''}"
        )
    if weeks:
        told = ", ".join(f"{kind} {count}" for kind, count in sorted(quiet.alarms.items())) or "none"
        each = quiet.alarms.total() / weeks
        lines.append(f"false alarms in {weeks} quiet weeks of a bank: {told} ({each:.3f} a week)")
        lines.append(f"anomalies in them: {quiet.anomalies / quiet.rows:.2%} of payments")
    return lines, missed


if __name__ == "__main__":
    sys.exit(main())
