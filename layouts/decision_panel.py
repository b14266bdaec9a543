"""The panel in which a change of alerts is said: why, with what note, until when."""

from __future__ import annotations

from dataclasses import dataclass

from dash import html
from dash.development.base_component import Component

from dashboard.alerts.names import MOVES, REASONS
from dashboard.language import Translator
from layouts.attributes import aria, data
from models.alerts import AlertStatus
from models.messages import N_

SNOOZES = (
    (1, N_("1 hour")),
    (4, N_("4 hours")),
    (24, N_("1 day")),
    (72, N_("3 days")),
    (168, N_("1 week")),
)


@dataclass(frozen=True, slots=True)
class DecisionIds:
    """The id of a page's panel; its parts are found inside it."""

    panel: str

    @property
    def note(self) -> str:
        """Return the id of the note's field."""
        return f"{self.panel}-note"


def decision_panel(ids: DecisionIds, t: Translator) -> Component:
    """Draw the panel closed; the browser opens it with what is to be changed."""
    note = html.Label(
        [html.Span(t(N_("Note"))), html.Textarea(id=ids.note, rows=2, className="decision-note")],
        className="field",
    )
    actions = html.Div(
        [
            html.Button(t(N_("Cancel")), className="button button-quiet", **data(cancel="")),
            html.Button(className="button button-primary", **data(submit="", word=t(N_("Save")))),
        ],
        className="decision-actions",
    )
    return html.Section(
        [
            html.H2(className="panel-title decision-title"),
            html.Ul(className="decision-left"),
            *_reasons(t),
            note,
            html.P(className="decision-problem", role="alert"),
            actions,
        ],
        id=ids.panel,
        className="decision-panel",
        hidden=True,
        role="dialog",
        **aria(label=t(N_("Change of alerts"))),
        **data(**_words(t)),
    )


def _reasons(t: Translator) -> list[Component]:
    reasons = [
        html.Div(
            [_choice(number, t(reason.name), reason.code) for number, reason in enumerate(some, start=1)],
            className="decision-choices",
            role="radiogroup",
            hidden=True,
            **aria(label=t(MOVES[status])),
            **data(reasons_of=status.value),
        )
        for status, some in REASONS.items()
    ]
    until = html.Div(
        [_choice(number, t(word), str(hours)) for number, (hours, word) in enumerate(SNOOZES, start=1)],
        className="decision-choices",
        role="radiogroup",
        hidden=True,
        **aria(label=t(N_("Until when"))),
        **data(reasons_of=AlertStatus.SNOOZED.value),
    )
    return [*reasons, until]


def _words(t: Translator) -> dict[str, str]:
    return {
        "undo": t(N_("Take back")),
        "undone": t(N_("{what}: taken back")),
        "failed": t(N_("The change was not stored.")),
        "titles": "|".join(f"{status.value}={t(word)}" for status, word in MOVES.items()),
        "assigned": t(N_("{what}: assigned")),
        "noted": t(N_("The note is stored.")),
    }


def _choice(number: int, text: str, value: str) -> Component:
    return html.Button(
        [html.Kbd(str(number)), html.Span(text)],
        className="decision-choice",
        role="radio",
        **aria(checked="false"),
        **data(value=value),
    )
