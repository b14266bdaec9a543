"""The detectors over one bank, as a job: what all customers share first, then customers in blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from dashboard.detectors.anomalies import judge, repeated
from dashboard.detectors.block import Block, read_block
from dashboard.detectors.features import Features, Norms, features_of
from dashboard.detectors.forest import Forest
from dashboard.detectors.merchants import BUST_OUT, burst_patterns, bursts
from dashboard.detectors.rings import LEAST_CUSTOMERS, MARGIN, MOST_CUSTOMERS, brief, passes_through, rings
from dashboard.detectors.sequences import Suspects, taken_accounts, tested_cards
from dashboard.enrichment import enrich_lock
from dashboard.jobs.control import Control
from database.connection import Session, get_db_session, read_only
from database.queries import anomalies, banks, datasets, jobs, patterns
from database.queries.anomalies import Extent, Shared
from database.queries.patterns import Found
from models.messages import N_, Message

ROWS_A_BLOCK: Final = 20_000
SAMPLED_ROWS: Final = 30_000


@dataclass(frozen=True)
class Survey:
    """What is learned of a whole bank before its customers are looked at one by one."""

    extent: Extent
    norms: Norms
    forest: Forest
    suspects: Suspects
    found: tuple[Found, ...]
    sequence: frozenset[str] = field(default_factory=frozenset)
    surge: frozenset[str] = field(default_factory=frozenset)

    def sequence_of(self, pattern_type: str) -> frozenset[str]:
        """Return the payments of all patterns of a type."""
        mine = (one.transaction_ids for one in self.found if one.pattern_type == pattern_type)
        return frozenset(identity for ids in mine for identity in ids)


@dataclass(frozen=True)
class Look:
    """What a block of customers gave: a judgement of every payment, and patterns."""

    block: Block
    rows: list[tuple[str, bool, str | None, float]]
    found: tuple[Found, ...]


def detect_lock(parameters: Mapping[str, Any]) -> str:
    """One after the other, and not beside scoring: both write the same rows."""
    return enrich_lock(parameters)


def run_detect(control: Control) -> Mapping[str, Any]:
    """Look at every payment of a bank and return what was found.

    What a run stores is the same whenever rows are: a second run changes nothing. A run that was stopped
    goes on after the last block of customers that it stored.
    """
    code = str(control.parameters["bank"])
    with read_only() as session:
        bank_id = banks.bank_settings(session, code).bank_id
        kept = jobs.by_id(session, control.job_id).result
    with read_only([code]) as session:
        seen = survey(session, bank_id)
    with get_db_session([code]) as session:
        patterns.store(session, bank_id, seen.found)
    run = Run(control, code, bank_id, seen, max(1, seen.extent.payments + seen.extent.of_nobody))
    run.customers(int(kept.get("after", 0)))
    run.nobody(int(kept.get("after_row", 0)))
    return run.finish()


@dataclass(slots=True)
class Run:
    """One run over a bank: blocks of customers, then payments of nobody known, each block one commit."""

    control: Control
    code: str
    bank_id: int
    seen: Survey
    total: int
    done: int = 0

    def customers(self, after: int) -> None:
        """Judge the payments of all customers numbered above `after`."""
        step, last = customers_a_block(self.seen.extent), self.seen.extent.last_customer
        while after < last:
            with read_only([self.code]) as session:
                look = look_at(session, self.bank_id, self.seen, after + 1, after + step)
            after = min(after + step, last)
            self._keep(look, {"after": after})

    def nobody(self, after: int) -> None:
        """Judge the payments that have no customer, stored after position `after`, by their amounts alone."""
        while self.seen.extent.of_nobody:
            with read_only([self.code]) as session:
                data, reached = anomalies.of_nobody(session, self.bank_id, after, ROWS_A_BLOCK)
            if reached == after:
                return
            after = reached
            self._keep(_alone(read_block(data), self.seen), {"after_row": after})

    def _keep(self, look: Look, position: Mapping[str, int]) -> None:
        self.control.report(min(self.done, self.total), self.total)
        with get_db_session([self.code]) as session:
            anomalies.set_anomalies(session, self.bank_id, look.rows)
            patterns.store(session, self.bank_id, look.found)
            datasets.keep(session, self.control.job_id, position)
        self.done += len(look.rows)

    def finish(self) -> Mapping[str, Any]:
        """Retire what was not found again, and say what is there."""
        with get_db_session([self.code]) as session:
            gone = patterns.retire(session, self.bank_id, self.control.job_id)
            told = anomalies.told(session, self.bank_id)
        said = {"payments": told.payments, "anomalies": told.anomalies, "patterns": told.patterns}
        sentence = N_("{payments} payments looked at: {anomalies} anomalies, {patterns} patterns.")
        self.control.report(self.total, self.total, Message(sentence, said))
        return {**said, "gone": gone}


def customers_a_block(extent: Extent) -> int:
    """Return how many customers make a block of about ROWS_A_BLOCK payments."""
    return max(1, ROWS_A_BLOCK * extent.last_customer // max(1, extent.payments))


def survey(session: Session, bank_id: int) -> Survey:
    """Learn what is usual, who shares what, and which merchants take far more than before."""
    extent = anomalies.extent(session, bank_id)
    data = anomalies.of_every(session, bank_id, max(1, extent.payments // SAMPLED_ROWS))
    if not extent.payments:
        data, _ = anomalies.of_nobody(session, bank_id, 0, SAMPLED_ROWS)
    sample = read_block(data)
    norms = Norms.of(sample)
    forest = Forest.grow(features_of(sample, norms), sample)
    shared = brief(anomalies.shared_means(session, bank_id, 2, MOST_CUSTOMERS))
    found = [*_rings(session, bank_id, norms, shared), *_bursts(session, bank_id, norms)]
    fraud = {identity for one in found if one.kind == "fraud" for identity in one.transaction_ids}
    other = {identity for one in found if one.kind == "anomaly" for identity in one.transaction_ids}
    return Survey(extent, norms, forest, _suspects(shared), tuple(found), frozenset(fraud), frozenset(other))


def _suspects(shared: Sequence[Shared]) -> Suspects:
    return Suspects(
        {one.value: one.customers for one in shared if one.means == "device_id"},
        {one.value: one.customers for one in shared if one.means == "ip_address"},
    )


def _rings(session: Session, bank_id: int, norms: Norms, shared: Sequence[Shared]) -> list[Found]:
    candidates = [one for one in shared if one.customers >= LEAST_CUSTOMERS]
    if not candidates:
        return []
    around = read_block(anomalies.around(session, bank_id, candidates, MARGIN))
    return rings(around, features_of(around, norms), candidates)


def _bursts(session: Session, bank_id: int, norms: Norms) -> list[Found]:
    found = bursts(anomalies.merchant_days(session, bank_id), norms)
    if not found:
        return []
    windows = [(one.merchant, one.first, one.last) for one in found]
    return burst_patterns(found, anomalies.of_merchants(session, bank_id, windows))


def look_at(session: Session, bank_id: int, seen: Survey, first: int, last: int) -> Look:
    """Look at the payments of the customers numbered `first` to `last`."""
    return judged(read_block(anomalies.of_customers(session, bank_id, first, last)), seen)


def judged(block: Block, seen: Survey) -> Look:
    """Judge every payment of a block, and find the patterns in it."""
    features = features_of(block, seen.norms)
    found = sequences_of(block, features, seen)
    told = seen.sequence.union(*(one.transaction_ids for one in found))
    verdict = judge(block, features, seen.forest, told, seen.surge)
    return Look(block, list(verdict.rows(block)), (*found, *repeated(block, verdict)))


def _alone(block: Block, seen: Survey) -> Look:
    """Judge payments that nothing connects."""
    verdict = judge(block, features_of(block, seen.norms), seen.forest, seen.sequence, seen.surge)
    return Look(block, list(verdict.rows(block)), ())


def sequences_of(block: Block, features: Features, seen: Survey) -> list[Found]:
    """Find tested cards, then accounts taken over among what is left."""
    shared = seen.suspects.on(block)
    tested = tested_cards(block, features, seen.norms, shared)
    explained = seen.sequence_of(BUST_OUT).union(*(one.transaction_ids for one in tested))
    # What mules send on is told by their ring.
    known = np.isin(block.identity.to_pylist(), list(explained)) | passes_through(block)
    return [*tested, *taken_accounts(block, features, shared, known)]
