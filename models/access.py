"""Who may do what: roles, permissions and the person behind a request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What a user is, from least to most."""

    VIEWER = "viewer"
    ANALYST = "analyst"
    LEAD = "lead"
    ADMIN = "admin"


class Permission(StrEnum):
    """One thing that a role may allow."""

    VIEW_DASHBOARDS = "view_dashboards"
    VIEW_CUSTOMERS = "view_customers"
    EXPORT = "export"
    DECIDE_ALERTS = "decide_alerts"
    LABEL = "label"
    ASSIGN_ALERTS = "assign_alerts"
    APPROVE_DECISIONS = "approve_decisions"
    REVIEW_QUALITY = "review_quality"
    EDIT_RULES = "edit_rules"
    SHARE_VIEWS = "share_views"
    IMPORT_DATA = "import_data"
    MANAGE_USERS = "manage_users"
    MANAGE_BANKS = "manage_banks"
    MANAGE_ALERT_SETTINGS = "manage_alert_settings"
    MANAGE_MODELS = "manage_models"
    MANAGE_KEYS = "manage_keys"
    MANAGE_WEBHOOKS = "manage_webhooks"
    MANAGE_DATA = "manage_data"
    VIEW_LOGS = "view_logs"
    VIEW_OPERATIONS = "view_operations"
    RUN_MAINTENANCE = "run_maintenance"
    VIEW_AUDIT = "view_audit"
    REVEAL_PERSONAL_DATA = "reveal_personal_data"


_VIEWER = frozenset({Permission.VIEW_DASHBOARDS})
_ANALYST = _VIEWER | {
    Permission.VIEW_CUSTOMERS,
    Permission.EXPORT,
    Permission.DECIDE_ALERTS,
    Permission.LABEL,
}
_LEAD = _ANALYST | {
    Permission.ASSIGN_ALERTS,
    Permission.APPROVE_DECISIONS,
    Permission.REVIEW_QUALITY,
    Permission.EDIT_RULES,
    Permission.SHARE_VIEWS,
    Permission.IMPORT_DATA,
}

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.LEAD: _LEAD,
    Role.ADMIN: frozenset(Permission),
}


@dataclass(frozen=True, slots=True)
class Person:
    """The signed-in user as one request sees them, read from the database for that request."""

    user_id: int
    username: str
    full_name: str
    role: Role
    banks: tuple[str, ...]
    language: str
    theme: str
    time_zone: str | None = None
    must_change_password: bool = False
    session_id: int | None = None

    def may(self, permission: Permission) -> bool:
        """Whether this person's role holds the permission."""
        return permission in ROLE_PERMISSIONS[self.role]
