"""Totals and risk of customers and merchants, brought up to date from their payments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from dashboard.statistics.risk import Counts, risk_category, risk_scores
from database.connection import Session, bank_ids, get_db_session
from database.queries import banks, customers, merchants, parties, past_risk
from database.queries.parties import FraudCounts, Party, Risk
from database.segments import data_version


def update_parties(session: Session) -> int:
    """Fold totals and risk of everybody in the scope's banks; return how many rows changed.

    It reads every payment of the scope: it is work for a job, never for the commit that brings rows.
    """
    for bank_id in bank_ids(session):
        parties.hold(session, bank_id)
    changed = customers.update_transaction_stats(session) + merchants.update_transaction_stats(session)
    for bank_id in bank_ids(session):
        bank = Counts(*parties.bank_counts(session, bank_id))
        changed += _update_risk(session, "customer", bank_id, bank)
        changed += _update_risk(session, "merchant", bank_id, bank)
    return changed


def update_changed_parties() -> int:
    """Fold the banks in which something was written since this process last did; return how many that were.

    Labels move totals and risk too, whoever sets them.
    """
    with get_db_session() as session:
        codes = [bank.code for bank in banks.every_bank(session)]
    return sum(_update_if_changed(code) for code in codes)


_folded: dict[str, str] = {}


def _update_if_changed(code: str) -> bool:
    with get_db_session([code]) as session:
        version = data_version(session)
        if _folded.get(code) == version:
            return False
        update_parties(session)
    _folded[code] = version
    return True


def _update_risk(session: Session, party: Party, bank_id: int, bank: Counts) -> int:
    found = parties.fraud_counts(session, party, bank_id)
    scores = risk_scores([(Counts(one.labelled, one.frauds), one.category) for one in found], bank)
    risks = [
        Risk(one.party_id, score, None if score is None else risk_category(score))
        for one, score in zip(found, scores, strict=True)
    ]
    return parties.set_risk(session, party, bank_id, risks)


def risk_as_of(session: Session, bank_id: int, day: date) -> Mapping[Party, Mapping[str, float]]:
    """Return what everybody's risk was when a day began, from labels known by then; empty if nobody's was.

    It is the same formula as today's, so that a row of the past is judged by what its time could know.
    """
    counted = past_risk.counts_then(session, bank_id, day)
    bank = Counts(*past_risk.bank_counts_then(session))
    return {party: _scores(found, bank) for party, found in counted.items()}


def _scores(found: Sequence[FraudCounts], bank: Counts) -> dict[str, float]:
    scores = risk_scores([(Counts(one.labelled, one.frauds), one.category) for one in found], bank)
    return {one.party_id: score for one, score in zip(found, scores, strict=True) if score is not None}
