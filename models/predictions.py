"""Models and what each of them said about a payment."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKeyConstraint, Identity, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from models.base import EMPTY_JSON, Base, Created, Json, OfBank, Score, Updated


class ModelVersion(Updated, Base):
    """One trained state of a model."""

    __tablename__ = "model_versions"

    model_name: Mapped[str] = mapped_column(primary_key=True)
    model_version: Mapped[str] = mapped_column(primary_key=True)
    parameters: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    metrics: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    trained_at: Mapped[datetime | None]
    activated_at: Mapped[datetime | None]


class ModelPrediction(OfBank, Updated, Base):
    """A model's word about one payment; ground truth and correctness follow its labels."""

    __tablename__ = "model_predictions"

    prediction_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[str]
    model_name: Mapped[str]
    model_version: Mapped[str]
    prediction: Mapped[bool]
    fraud_probability: Mapped[Score]
    confidence_score: Mapped[Score]
    feature_importance: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)
    prediction_time_ms: Mapped[float]
    predicted_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ground_truth: Mapped[bool | None]
    is_correct: Mapped[bool | None]

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "transaction_id"],
            ["transactions.bank_id", "transactions.transaction_id"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(
            ["model_name", "model_version"], ["model_versions.model_name", "model_versions.model_version"]
        ),
        Index(None, "bank_id", "transaction_id"),
        Index("ix_model_predictions_model", "bank_id", "model_name", "model_version", "predicted_at"),
    )


class MlFeatures(OfBank, Created, Base):
    """What is known of a payment beside its own columns; so far the features that a file brought."""

    __tablename__ = "ml_features"

    transaction_id: Mapped[str] = mapped_column(primary_key=True)
    computed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    additional_features: Mapped[Json] = mapped_column(server_default=EMPTY_JSON)

    __table_args__ = (
        ForeignKeyConstraint(
            ["bank_id", "transaction_id"],
            ["transactions.bank_id", "transactions.transaction_id"],
            ondelete="CASCADE",
        ),
    )
