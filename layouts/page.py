"""What a page is: its address, name, icon, the permission that opens it, and what draws it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import Translator, translator
from layouts.attributes import data
from models.access import Permission, Person


@dataclass(frozen=True, slots=True)
class PageContext:
    """All that drawing a page may depend on; `query` is the address after the `?`."""

    person: Person
    locale: str
    query: str
    now: datetime

    @property
    def t(self) -> Translator:
        """The reader's translator."""
        return translator(self.locale)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the navigation; `name` is an English msgid, `icon` one of `dashboard.icons`.

    `layout` draws what stands below the top bar, its head included; `toolbar` what stands in the top bar.
    `group` is the heading (a msgid) that it stands under in the navigation. A page that is not listed is
    reached through others only; one that shares the filter takes it along from page to page.
    """

    slug: str
    path: str
    name: str
    icon: str
    permission: Permission
    layout: Callable[[PageContext], Component]
    toolbar: Callable[[PageContext], Component] | None = None
    group: str | None = None
    is_listed: bool = True
    shares_filter: bool = False

    @property
    def asked(self) -> str:
        """The id of the page's own copy of the address from its `?` on, which its callbacks listen to.

        The address itself outlives the page: a callback on it would be called for a page that is gone.
        """
        return f"{self.slug}-asked"

    def drawn(self, context: PageContext, pathname: str = "") -> Component:
        """Draw the page with its copy of the address, which follows while its path is `pathname`."""
        asked = dcc.Store(id=self.asked, data=f"?{context.query}" if context.query else "")
        return html.Div([asked, self.layout(context)], className="page-content", **data(path=pathname))
