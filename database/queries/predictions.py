"""What models said of payments: their versions, scores beside enriched rows, and predictions with reasons."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.orm import Session

from database.copying import copy_into_temporary, encode_value
from database.listeners import BULK

_SCORED: Final = {
    "transaction_id": 'text collate "C"',
    "fraud_score": "double precision",
    "decision": "text",
    "contributions": "jsonb",
    "model_name": "text",
    "model_version": "text",
}
_VERSION = text("""
insert into model_versions (model_name, model_version, parameters, activated_at)
values (:model_name, :model_version, cast(:parameters as jsonb), now())
on conflict (model_name, model_version) do nothing
""")
_KNOWN = text("""
select exists (select from model_versions where model_name = :model_name and model_version = :model_version)
""")
# The label was not looked at: it is only written beside what was said, as every later label is.
_PREDICT = text("""
insert into model_predictions (bank_id, transaction_id, model_name, model_version, prediction,
    fraud_probability, confidence_score, feature_importance, prediction_time_ms, ground_truth, is_correct)
select :bank_id, s.transaction_id, s.model_name, s.model_version, s.decision <> 'approve', s.fraud_score,
    greatest(s.fraud_score, 1 - s.fraud_score), s.contributions, :time_ms, t.is_fraud,
    (s.decision <> 'approve') = t.is_fraud
from scored s join newly_scored using (transaction_id)
join transactions t on t.bank_id = :bank_id and t.transaction_id = s.transaction_id
""")

Scored = tuple[str, float, str, Mapping[str, float]]
"""A payment's id, its score, the decision, and what contributed how much."""


def ensure_version(
    session: Session, model_name: str, model_version: str, parameters: Mapping[str, Any]
) -> None:
    """Record a model's version with what it is made of; one that is known stays as it is.

    Where the version is new, others who record it wait for this transaction: keep it short.
    """
    given = {
        "model_name": model_name,
        "model_version": model_version,
        "parameters": json.dumps(dict(parameters)),
    }
    if not session.scalar(_KNOWN, given):
        session.execute(_VERSION, given)


def put_scores_beside(
    session: Session, model_name: str, model_version: str, scores: Iterable[Scored]
) -> None:
    """Put scores beside the rows that enrichment has taken; `enrichment.store` writes them."""
    # Numbers and our own words need no escaping, only the user's id does.
    model = f"{model_name}\t{model_version}"
    lines = [
        f"{encode_value(identity)}\t{score}\t{decision}\t{json.dumps(contributions)}\t{model}\n"
        for identity, score, decision, contributions in scores
    ]
    copy_into_temporary(session, "scored", _SCORED, ["".join(lines)])
    session.execute(text("analyze scored"))


def predict_scored(session: Session, bank_id: int, *, time_ms: float) -> None:
    """Write a prediction for each row that `enrichment.store` has just given its score.

    `time_ms` is what scoring one of them took.
    """
    given = {"bank_id": bank_id, "time_ms": time_ms}
    session.execute(_PREDICT, given, execution_options={BULK: True})
