"""What stands around every page: navigation, top bar, menus, toast; and the head that pages begin with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from dash import dcc, html
from dash.development.base_component import Component

from dashboard.language import NAMES, Translator, other_languages
from dashboard.theme import Theme
from layouts.attributes import aria, data
from layouts.icons import icon
from layouts.page import Page, PageContext
from models.access import Person, Role
from models.messages import N_

URL: Final = "url"
FRAME: Final = "frame"
PAGE: Final = "page"
TOOLBAR: Final = "toolbar"
TOAST: Final = "toast"
ME: Final = "me"
HERE: Final = "here"
SEARCH: Final = "search"

MAIN: Final = ("/", "/high-risk", "/alerts", "/transactions")
PLACES: Final = 4

ROLE_NAMES: Final[dict[Role, str]] = {
    Role.VIEWER: N_("viewer"),
    Role.ANALYST: N_("analyst"),
    Role.LEAD: N_("lead"),
    Role.ADMIN: N_("administrator"),
}
THEME_NAMES: Final[dict[Theme, tuple[str, str]]] = {
    Theme.LIGHT: (N_("light"), "sun"),
    Theme.DARK: (N_("dark"), "moon"),
    Theme.SYSTEM: (N_("as the system"), "circle-half"),
}


def shell(context: PageContext, pages: Iterable[Page], base_path: str = "/") -> Component:
    """The frame of all pages; the router fills the top bar's tools and the page into it."""
    t, person = context.t, context.person
    seen = [page for page in pages if page.is_listed and person.may(page.permission)]
    beyond = [page for page in seen if page not in at_thumb(seen)]
    return html.Div(
        id=FRAME,
        className="frame",
        children=[
            dcc.Location(id=URL, refresh="callback-nav"),
            html.A(t("To the content"), href=f"#{PAGE}", className="skip-link"),
            navigation(context, seen, base_path),
            html.Header(
                [
                    html.Div(
                        [html.Span(className="brand-mark"), html.Span(id=HERE)], className="topbar-brand"
                    ),
                    html.Div(id=TOOLBAR, className="toolbar"),
                    html.Div(
                        [search_button(t), theme_menu(t), person_menu(t, person, base_path, beyond)],
                        className="topbar-end",
                    ),
                ],
                className="topbar",
            ),
            html.Main(id=PAGE, className="page", tabIndex="-1"),
            html.Div(id=TOAST, className="toasts", role="alert"),
        ],
    )


def at_thumb(pages: Sequence[Page]) -> list[Page]:
    """Return the pages that a phone's bar has room for beside "More": the main ones, then the next."""
    return sorted(pages, key=lambda page: page.path not in MAIN)[:PLACES]


def navigation(context: PageContext, pages: Sequence[Page], base_path: str = "/") -> Component:
    """The pages that this person may open, under their headings; on a phone the bar at the thumb."""
    t, thumb = context.t, at_thumb(pages)
    items: list[Component] = []
    group: str | None = None
    for page in pages:
        if page.group is not None and page.group != group:
            items.append(html.Li(t(page.group), className="side-group"))
        group = page.group
        link = dcc.Link(
            [icon(page.icon), html.Span(t(page.name), className="side-word")],
            href=base_path.rstrip("/") + page.path,
            className="side-link",
            title=t(page.name),
        )
        look = "" if page in thumb else "never-phone"
        items.append(html.Li(link, className=look, **data(shares_filter="") if page.shares_filter else {}))
    more = html.Button(
        [icon("list"), html.Span(t("More"), className="side-word")],
        className="side-link side-more",
        **data(opens=ME),
        **aria(haspopup="menu"),
    )
    collapse = html.Button(
        [icon("layout-sidebar"), html.Span(t("Collapse"), className="side-word")],
        className="side-link side-collapse",
        title=t("Collapse"),
        **data(collapse=""),
        **aria(expanded="true"),
    )
    brand = html.Div(
        [html.Span(className="brand-mark"), html.Span("Vigie", className="side-word")], className="brand"
    )
    return html.Nav(
        [
            brand,
            html.Ul([*items, html.Li(more, className="side-only-phone")], className="side-list"),
            collapse,
        ],
        className="side",
        **aria(label=t("Pages")),
    )


def search_button(t: Translator) -> Component:
    """Open the palette; its words are the reader's."""
    label = t("Search or jump to")
    return html.Button(
        [icon("search"), html.Span(f"{label}…"), html.Kbd("/")],
        id=SEARCH,
        className="search-button",
        title=label,
        **data(
            palette="",
            label=label,
            placeholder=t("A page, a number, a name"),
            pages=t("Pages"),
            actions=t("Actions"),
            nothing=t("Nothing found"),
        ),
        **aria(haspopup="dialog", label=label, keyshortcuts="/ Control+K"),
    )


def theme_menu(t: Translator) -> Component:
    """Light, dark or as the system; the browser keeps the choice and tells the server."""
    return html.Details(
        [
            html.Summary(
                [icon(name, f"only-{theme}") for theme, (_, name) in THEME_NAMES.items()],
                className="icon-button",
                title=t("Theme"),
                **aria(label=t("Theme")),
            ),
            html.Div(_theme_choices(t), className="menu", role="menu"),
        ],
        className="menu-of theme-of",
    )


def person_menu(
    t: Translator, person: Person, base_path: str = "/", beyond: Sequence[Page] = ()
) -> Component:
    """Who is signed in, and what they may change for themselves; on a phone, the pages `beyond` its bar."""
    name = person.full_name or person.username
    who = html.Div([html.Strong(name), html.Span(t(ROLE_NAMES[person.role]))], className="menu-head")
    password = html.A(
        [icon("key"), t("Change password")],
        href=f"{base_path}password",
        className="menu-item",
        role="menuitem",
    )
    out = html.Button(
        [icon("box-arrow-right"), t("Sign out")],
        className="menu-item menu-rule",
        role="menuitem",
        **data(sign_out=""),
    )
    themes = html.Div(_theme_choices(t), className="menu-part only-phone")
    links = [_page_choice(t, page, base_path) for page in beyond]
    more = [html.Div(links, className="menu-part only-phone")] if links else []
    items = [who, *more, themes, *_language_choices(person), password, out]
    sign = html.Summary(
        initials(name), className="avatar", title=name, **aria(label=t("You: {name}", name=name))
    )
    return html.Details([sign, html.Div(items, className="menu", role="menu")], className="menu-of", id=ME)


def initials(name: str) -> str:
    """One or two letters for the round sign of a person."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper() or "?"


def page_head(title: str, beside: Sequence[Component] = (), actions: Sequence[Component] = ()) -> Component:
    """A page's head of 44 px: its title, what belongs beside it (chips), and its actions on the right."""
    return html.Div(
        [
            html.H1(title, className="page-title"),
            html.Div(list(beside), className="page-beside"),
            html.Div(list(actions), className="page-actions"),
        ],
        className="page-head",
    )


def notice(title: str, sentence: str) -> Component:
    """A page that has nothing to show says why."""
    return html.Div([html.H1(title, className="page-title"), html.P(sentence)], className="page-notice")


def failure(t: Translator, sentence: str, reference: str | None = None) -> Component:
    """A toast that stays: what failed and, for what nobody expected, the reference to tell."""
    detail = (
        [html.P(t("Reference {reference}", reference=reference), className="toast-detail")]
        if reference
        else []
    )
    return html.Div(
        [
            icon("exclamation-circle-fill", "toast-icon"),
            html.Div([html.P(sentence, className="toast-title"), *detail]),
            html.Button(icon("x-lg"), className="icon-button", **data(dismiss=""), **aria(label=t("Close"))),
        ],
        className="toast-card toast-failure",
    )


def _page_choice(t: Translator, page: Page, base_path: str) -> Component:
    link = html.A(
        [icon(page.icon), t(page.name)],
        href=base_path.rstrip("/") + page.path,
        className="menu-item",
        role="menuitem",
        **data(goes=""),
    )
    return html.Div(link, role="none", **data(shares_filter="") if page.shares_filter else {})


def _language_choices(person: Person) -> list[Component]:
    return [
        html.Button(
            [icon("translate"), NAMES[code]],
            className="menu-item",
            lang=code,
            role="menuitem",
            **data(language=code),
        )
        for code in other_languages(person.language)
    ]


def _theme_choices(t: Translator) -> list[Component]:
    return [
        html.Button(
            [icon(name), t(label)],
            className="menu-item",
            role="menuitemradio",
            **data(theme=theme.value),
            **aria(checked="false"),
        )
        for theme, (label, name) in THEME_NAMES.items()
    ]
