"""The Users page: who may sign in, as what and to which banks; one of them beside the list."""

from __future__ import annotations

from dash import dcc, html
from dash.development.base_component import Component

from layouts.admin_parts import GROUP, dialogs
from layouts.attributes import data
from layouts.icons import icon
from layouts.page import Page, PageContext
from layouts.shell import page_head
from layouts.waiting import busy_line, stale_line
from models.access import Permission
from models.messages import N_

LIST, DETAIL, FILTERS, CREATE, ACTED, AGAIN = (
    f"users-{part}" for part in ("list", "detail", "filters", "create", "acted", "again")
)
NEW = "users-new"


def layout(context: PageContext) -> Component:
    """Draw the page; its answer fills it."""
    t = context.t
    new = html.Button(
        [icon("person-plus"), t(N_("New person"))],
        className="button button-primary",
        type="button",
        **data(opens_dialog=NEW),
    )
    head = page_head(t(PAGE.name), beside=[html.Div(id=FILTERS, className="admin-filters")], actions=[new])
    split = html.Div(
        [html.Div(id=LIST, className="admin-list"), html.Div(id=DETAIL, className="admin-detail")],
        className="admin-split",
    )
    made = html.Dialog(html.Div(id=CREATE), id=NEW, className="admin-dialog")
    return html.Div(
        [
            busy_line(N_("reading users"), t),
            head,
            stale_line(AGAIN, t),
            split,
            made,
            *dialogs(t),
            dcc.Store(id=ACTED),
        ],
        className="admin-page",
        **data(acted=ACTED, asks=LIST),
    )


PAGE = Page(
    slug="users",
    path="/users",
    name=N_("Users"),
    icon="people",
    permission=Permission.MANAGE_USERS,
    layout=layout,
    group=GROUP,
)
