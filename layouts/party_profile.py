"""What the bank knows of a customer or merchant, field by field."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final

from dash import html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.names import value_name
from dashboard.parties.story import Story
from layouts.party_parts import section
from models.messages import N_

FIELDS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "customer": (
        ("account_status", N_("Account")),
        ("account_created", N_("Customer since")),
        ("email", N_("E-mail")),
        ("phone", N_("Phone")),
        ("date_of_birth", N_("Born")),
        ("age", N_("Age")),
        ("gender", N_("Gender")),
        ("occupation", N_("Occupation")),
        ("income_level", N_("Income")),
        ("credit_score", N_("Credit score")),
        ("street", N_("Street")),
        ("zip_code", N_("Postcode")),
        ("city", N_("City")),
        ("state", N_("State")),
        ("first_seen_at", N_("First payment")),
        ("last_seen_at", N_("Last payment")),
    ),
    "merchant": (
        ("category", N_("Category")),
        ("mcc_code", N_("Merchant category code")),
        ("city", N_("City")),
        ("state", N_("State")),
        ("first_seen_at", N_("First payment")),
        ("fraud_report_count", N_("Frauds")),
    ),
}


def identity_of(found: Story) -> str:
    """Return a party's own id."""
    return str(getattr(found.subject, f"{found.party}_id"))


def name_of(found: Story) -> str:
    """Return what a party is called; its id where no name is known."""
    subject: Any = found.subject
    if found.party == "merchant":
        return str(subject.name)
    return " ".join(filter(None, (subject.first_name, subject.last_name))) or identity_of(found)


def profile(found: Story, words: Words) -> Component:
    """Draw the fields that are known."""
    rows = [
        html.Div([html.Dt(words.say(name)), html.Dd(_text(field, value, found, words))])
        for field, name in FIELDS[found.party]
        if (value := getattr(found.subject, field)) is not None
    ]
    return section(words.say(N_("Profile")), html.Dl(rows, className="facts"))


def _text(field: str, value: Any, found: Story, words: Words) -> str:
    if isinstance(value, datetime):
        return f.moment(value, found.bank.time_zone, words.locale)
    if isinstance(value, date):
        return f.day(value, words.locale, year=True)
    return value_name(field, str(value), words.locale, words.say)
