"""Which tables hold rows of banks, and which are read by a function that checks the person."""

from __future__ import annotations

SCOPED_TABLES: frozenset[str] = frozenset(
    {
        "alert_events",
        "alert_transactions",
        "alerts",
        "anomaly_patterns",
        "calendar_events",
        "customers",
        "dataset_jobs",
        "datasets",
        "fraud_labels",
        "fraud_patterns",
        "merchants",
        "ml_features",
        "model_predictions",
        "pattern_transactions",
        "segment_tail",
        "segments",
        "transactions",
    }
)

UNSCOPED_TABLES: frozenset[str] = frozenset(
    {
        "audit_log",
        "banks",
        "cache_entries",
        "codes",
        "decision_reasons",
        "exchange_rates",
        "jobs",
        "login_history",
        "model_versions",
        "outbox",
        "schema_migrations",
        "system_logs",
        "user_banks",
        "user_sessions",
        "users",
    }
)
