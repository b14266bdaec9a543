"""Who may do what, written a second time by hand."""

from __future__ import annotations

from models.access import ROLE_PERMISSIONS, Permission, Person, Role

VIEWER = {"view_dashboards"}
ANALYST = VIEWER | {"view_customers", "export", "decide_alerts", "label"}
LEAD = ANALYST | {
    "assign_alerts",
    "approve_decisions",
    "review_quality",
    "edit_rules",
    "share_views",
    "import_data",
}
ADMIN = LEAD | {
    "manage_users",
    "manage_banks",
    "manage_alert_settings",
    "manage_models",
    "manage_keys",
    "manage_webhooks",
    "manage_data",
    "view_logs",
    "view_operations",
    "run_maintenance",
    "view_audit",
    "reveal_personal_data",
}


def test_each_role_may_do_what_the_catalogue_says() -> None:
    has = {role.value: {p.value for p in permissions} for role, permissions in ROLE_PERMISSIONS.items()}
    expected = {"viewer": VIEWER, "analyst": ANALYST, "lead": LEAD, "admin": ADMIN}
    assert has == expected, "role-permissions differ from the catalogue"


def test_a_person_may_do_what_their_role_allows() -> None:
    ana = Person(1, "ana", "Ana", Role.ANALYST, ("demo",), "en", "light")
    assert ana.may(Permission.EXPORT)
    assert not ana.may(Permission.MANAGE_USERS)
