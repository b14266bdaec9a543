"""What the Banks page answers with: one form a bank."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.administration.banks import LIMITS, Terms
from dashboard.charts.figure import Words
from layouts.admin_parts import field, form
from layouts.icons import icon
from models.messages import N_

LIMIT_NAMES = {
    "severity_medium_from": N_("medium from"),
    "severity_high_from": N_("high from"),
    "severity_critical_from": N_("critical from"),
}


def drawn(found: Sequence[Terms], words: Words) -> list[Component]:
    """Draw each bank's terms."""
    if not found:
        return [html.P(words.say(N_("You see no bank yet.")), className="admin-nothing")]
    return [_bank(one, words) for one in found]


def _bank(one: Terms, words: Words) -> Component:
    say, bank = words.say, one.bank
    named = html.H2([bank.name, html.Span(bank.code, className="admin-second")], className="bank-name")
    limit = bank.high_value_threshold
    own = field(
        say(N_("High value from, {currency}"), currency=bank.base_currency),
        _input(bank.code, "high_value_threshold", _amount(limit)),
        say(N_("Empty: the bank’s own 99th percentile of the last 90 days.")),
    )
    limits = [
        field(say(LIMIT_NAMES[name]), _input(bank.code, name, _amount(getattr(bank, name))))
        for name in LIMITS
    ]
    severity = html.Div(
        [
            html.Span(
                say(N_("Severity by expected loss, {currency}"), currency=bank.base_currency),
                className="admin-label",
            ),
            html.Div(limits, className="bank-limits"),
        ],
        role="group",
    )
    name = field(say(N_("Name")), _input(bank.code, "name", bank.name))
    return html.Section(
        [named, form(f"banks/{bank.code}", [name, own, severity, *_place(one, words)], say(N_("Save")))],
        className="bank-card",
    )


def _place(one: Terms, words: Words) -> list[Component]:
    say, bank = words.say, one.bank
    if one.has_rows:
        told = say(
            N_("Zone {zone} and currency {currency} stay: stored days and sums are made in them."),
            zone=bank.time_zone,
            currency=bank.base_currency,
        )
        return [html.P([icon("lock-fill"), html.Span(told)], className="bank-locked")]
    return [
        field(
            say(N_("Time zone")),
            _input(bank.code, "time_zone", bank.time_zone),
            say(N_("Such as Europe/Paris; fixed once rows exist.")),
        ),
        field(
            say(N_("Base currency")),
            _input(bank.code, "base_currency", bank.base_currency),
            say(N_("Three capitals; fixed once rows exist.")),
        ),
    ]


def _input(code: str, name: str, value: str) -> Component:
    id_ = f"bank-{code}-{name}".replace(".", "-").replace("_", "-")
    return dcc.Input(id=id_, name=name, value=value, autoComplete="off", maxLength=120)


def _amount(value: Decimal | None) -> str:
    if value is None:
        return ""
    return f"{value.quantize(Decimal(1))}" if value == value.to_integral_value() else f"{value.normalize():f}"
