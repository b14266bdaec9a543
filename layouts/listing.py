"""Short tables beside charts: heads, rows of cells, and the links from a row to its page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from dash import dcc, html
from dash.development.base_component import Component

LABELS = {True: ("fraud", "▲"), False: ("genuine", "●"), None: ("unknown", "○")}


@dataclass(frozen=True, slots=True)
class Column:
    """A column's head; figures stand to the right, and a narrow screen leaves out what is not needed.

    Of a column of marks it shows the marks alone.
    """

    head: str
    is_figure: bool = False
    is_extra: bool = False
    is_mark: bool = False

    @property
    def class_name(self) -> str:
        """Return the classes of its cells."""
        names = (("num is-figure", self.is_figure), ("extra", self.is_extra), ("is-mark", self.is_mark))
        return " ".join(name for name, holds in names if holds)


def listing(caption: str, columns: Sequence[Column], rows: Sequence[Sequence[Component | str]]) -> Component:
    """Draw a table; its caption is for who cannot see it."""
    heads = [html.Th(column.head, scope="col", className=column.class_name) for column in columns]
    return html.Table(
        [
            html.Caption(caption, className="visually-hidden"),
            html.Thead(html.Tr(heads)),
            html.Tbody(
                [
                    html.Tr(
                        [
                            html.Td(cell, className=column.class_name)
                            for column, cell in zip(columns, row, strict=True)
                        ]
                    )
                    for row in rows
                ]
            ),
        ],
        className="listing",
    )


def link(page: str, bank: str, identity: str, text: str | None = None) -> Component:
    """Link to a transaction, customer or merchant."""
    query = urlencode({"bank": bank, "id": identity})
    return dcc.Link(text or identity, href=f"{page}?{query}", className="row-link", title=text or identity)


def label_mark(*, is_fraud: bool | None, word: str) -> Component:
    """Draw a label: mark and word, for colour alone says nothing."""
    kind, mark = LABELS[is_fraud]
    said = html.Span(f" {word}", className="label-word")
    return html.Span([html.Span(mark, className=f"mark-{kind}"), said], className="label-mark")
