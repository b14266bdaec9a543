"""What things are: tables, choices, lifecycles, permissions, errors."""

from models.alerts import Alert, AlertEvent, AlertTransaction, DecisionReason
from models.banks import Bank, CalendarEvent, ExchangeRate
from models.base import Base
from models.cache import CacheEntry
from models.customers import Customer
from models.datasets import Dataset, DatasetJob
from models.history import SchemaMigration
from models.jobs import Job
from models.labels import FraudLabel
from models.logs import AuditLog, SystemLog
from models.merchants import Merchant
from models.outbox import OutboxMessage
from models.patterns import AnomalyPattern, FraudPattern, PatternTransaction
from models.predictions import MlFeatures, ModelPrediction, ModelVersion
from models.segments import Code, Segment, SegmentTail
from models.transactions import Transaction
from models.users import LoginHistory, User, UserBank, UserSession

__all__ = [
    "Alert",
    "AlertEvent",
    "AlertTransaction",
    "AnomalyPattern",
    "AuditLog",
    "Bank",
    "Base",
    "CacheEntry",
    "CalendarEvent",
    "Code",
    "Customer",
    "Dataset",
    "DatasetJob",
    "DecisionReason",
    "ExchangeRate",
    "FraudLabel",
    "FraudPattern",
    "Job",
    "LoginHistory",
    "Merchant",
    "MlFeatures",
    "ModelPrediction",
    "ModelVersion",
    "OutboxMessage",
    "PatternTransaction",
    "SchemaMigration",
    "Segment",
    "SegmentTail",
    "SystemLog",
    "Transaction",
    "User",
    "UserBank",
    "UserSession",
]
