"""What stands where an address shows nothing: why, and what lifts it."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from dashboard import formatting as f
from dashboard.charts.figure import Words
from dashboard.emptiness import Blocker, Emptiness
from dashboard.periods import Preset
from dashboard.seen import Seen
from layouts import filter_bar
from layouts.chips import chip_text
from layouts.filter_bar import address
from models.messages import N_


def nothing(seen: Seen, why: Emptiness | None, words: Words, path: str) -> list[Component]:
    """Say why there is nothing, and offer to lift what removes it."""
    view = seen.view
    if view is None:
        return _empty(
            words.say(N_("No bank is yours yet.")),
            words.say(N_("An administrator grants banks to people.")),
        )
    if why is not None and why.blockers:
        return _blocked(seen, why.blockers[0], words, path)
    if why is not None and why.rows_without_filters:
        rows = f.count(why.rows_without_filters, words.locale)
        everything = _offer(words.say(N_("Clear all filters")), address(path, seen.filters.cleared()))
        text = words.say(N_("Together the filters remove all {rows} transactions of this range."), rows=rows)
        return _empty(words.say(N_("No transaction matches.")), text, everything)
    if view.newest is None:
        return _empty(
            words.say(N_("This bank has no transactions yet.")),
            words.say(
                N_("Import a file: python -m database.import_data FILE --bank {bank}"),
                bank=view.banks[0].code,
            ),
        )
    whole = filter_bar.with_period(seen.filters, Preset.ALL)
    day = f.day(view.newest, words.locale, year=True)
    return _empty(
        words.say(N_("No transaction in this range.")),
        words.say(N_("The newest is of {day}."), day=day),
        _offer(words.say(N_("Show all")), address(path, whole)),
    )


def _blocked(seen: Seen, first: Blocker, words: Words, path: str) -> list[Component]:
    name = chip_text(first.key, seen.filters, words, seen.view.currency if seen.view else None)
    rows = f.count(first.rows_without, words.locale)
    lift = _offer(
        words.say(N_("Lift “{filter}”"), filter=name), address(path, seen.filters.without(first.key))
    )
    every = dcc.Link(
        words.say(N_("Clear all")), href=address(path, seen.filters.cleared()), className="quiet-link"
    )
    text = words.say(N_("Without “{filter}” there are {rows}."), filter=name, rows=rows)
    return _empty(words.say(N_("No transaction matches.")), text, lift, every)


def _offer(text: str, href: str) -> Component:
    return dcc.Link(text, href=href, className="button button-secondary")


def _empty(title: str, text: str, *actions: Component) -> list[Component]:
    return [
        html.P(title, className="empty-title"),
        html.P(text, className="empty-text"),
        *([html.Div(list(actions), className="empty-actions")] if actions else []),
    ]
