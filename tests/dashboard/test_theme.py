"""The theme: generated files are current, colours stand out as they must, both themes have everything."""

from __future__ import annotations

import json
import re

import plotly.graph_objects as go
import pytest

from dashboard import icons, theme
from dashboard.theme import COLOURS, Theme, chart_theme, colours

DRAWN = (Theme.LIGHT, Theme.DARK)
SURFACES = (
    "surface-page",
    "surface-chrome",
    "surface-sunken",
    "surface-hover",
    "surface-selected",
    "surface-raised",
)
TEXTS = ("text-1", "text-2", "text-3", "accent", "fraud", "genuine", "unknown", "urgency-4")
MARKS = ("border-control", "focus", "chart-bar", "urgency-1", "urgency-2", "urgency-3", "chart-ghost")
ON_THE_PAGE_ONLY = ("chart-axis", "chart-zero", "chart-hatch")


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""

    def linear(channel: int) -> float:
        share = channel / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    red, green, blue = (linear(channel) for channel in bytes.fromhex(colour[1:]))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("drawn", DRAWN)
@pytest.mark.parametrize("text", TEXTS)
def test_text_stands_out_on_every_surface(drawn: Theme, text: str) -> None:
    known = colours(drawn)
    low = {surface: contrast(known[text], known[surface]) for surface in SURFACES}
    assert min(low.values()) >= 4.5, low


@pytest.mark.parametrize("drawn", DRAWN)
@pytest.mark.parametrize("mark", MARKS)
def test_marks_and_borders_stand_out(drawn: Theme, mark: str) -> None:
    known = colours(drawn)
    assert min(contrast(known[mark], known[surface]) for surface in SURFACES) >= 3


@pytest.mark.parametrize("drawn", DRAWN)
@pytest.mark.parametrize("mark", ON_THE_PAGE_ONLY)
def test_axes_stand_out_on_the_page(drawn: Theme, mark: str) -> None:
    assert contrast(colours(drawn)[mark], colours(drawn)["surface-page"]) >= 3


@pytest.mark.parametrize("drawn", DRAWN)
def test_words_on_coloured_grounds_stand_out(drawn: Theme) -> None:
    known = colours(drawn)
    pairs = [("text-on-accent", "accent"), ("text-inverse", "surface-inverse"), ("fraud", "fraud-tint")]
    assert all(contrast(known[text], known[ground]) >= 4.5 for text, ground in pairs)


@pytest.mark.parametrize("drawn", DRAWN)
@pytest.mark.parametrize("ramp", ["seq-fraud", "seq-count"])
def test_more_is_further_from_the_page(drawn: Theme, ramp: str) -> None:
    known = colours(drawn)
    distances = [contrast(known[f"{ramp}-{step}"], known["surface-page"]) for step in range(1, 8)]
    assert distances == sorted(distances)


def test_generated_files_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    status = theme.main(["--check"])
    assert status == 0, capsys.readouterr().err
    assert icons.main(["--check"]) == 0


def test_a_stale_file_is_noticed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(COLOURS, "accent", ("#000001", "#000002"))
    assert theme.main(["--check"]) == 1
    assert "generated-files" in capsys.readouterr().err


@pytest.mark.parametrize("drawn", DRAWN)
def test_the_template_is_one_that_plotly_takes(drawn: Theme) -> None:
    written = chart_theme(drawn)
    go.layout.Template(written["template"])
    assert not re.search(r'"\$', json.dumps(written))


def test_every_colour_that_a_stylesheet_names_exists() -> None:
    known = set(COLOURS) | set(theme.MEASURES) | set(theme.ALIASES) | set(theme.SHADOWS)
    for path in [*theme.ASSETS.glob("*.css"), *(theme.ASSETS / "public").glob("*.css")]:
        text = path.read_text(encoding="utf-8")
        named = set(re.findall(r"var\(--([a-z0-9-]+)", text))
        own = set(re.findall(r"--([a-zA-Z0-9-]+)\s*:", text))
        unknown = {name for name in named - known - own if not name.startswith(("bs-", "Dash"))}
        assert not unknown, f"{path.name}: {unknown}"


def test_the_sprite_holds_just_the_icons_in_use() -> None:
    from tests.architecture.source import ROOT, sources

    text = "".join(source.text for source in sources("layouts", "callbacks", "dashboard/web"))
    text += "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "dashboard/web/templates").glob("*.html")
    )
    text += "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "assets").rglob("*.js")
        if path.stat().st_size < 50_000
    )
    unused = [name for name in icons.ICONS if f'"{name}"' not in text and f"icon-{name}" not in text]
    assert not unused, f"unused-icon: {unused}"
