"""Files for browsers: closed or public, compressed, with their hash in the address and kept for ever."""

from __future__ import annotations

import gzip
import hashlib
import re

import brotli
import plotly.offline
import pytest

from dashboard.web.files import ASSETS, SCRIPT, VENDOR, compress, large_files, read_files
from tests.visitors import Visitors


def test_what_the_login_shows_is_public_and_nothing_else(visitors: Visitors) -> None:
    public = {name for name, file in read_files().items() if file.is_public}
    assert public == {
        "00_tokens.css",
        "entrance.css",
        "entrance.js",
        "fonts.css",
        "icons.css",
        "icons.svg",
        "mark.svg",
        "theme.js",
        "inter-latin-wght-normal.woff2",
        "inter-latin-ext-wght-normal.woff2",
    }
    page = visitors.stranger().get("/login").text
    addresses = re.findall(r'(?:src|href)="(/public/[^"]+)"', page)
    assert len(addresses) >= 7
    for address in addresses:
        assert visitors.stranger().get(address).status_code == 200


def test_closed_files_need_a_login(visitors: Visitors) -> None:
    file = read_files()["20_shell.js"]
    assert visitors.stranger().get(f"/v/{file.digest}/20_shell.js").status_code == 302
    assert visitors.stranger().get(f"/public/{file.digest}/20_shell.js").status_code == 404
    assert visitors.browser("viewer").get(f"/v/{file.digest}/20_shell.js").status_code == 200


def test_a_file_is_kept_for_ever_under_its_own_hash_only(visitors: Visitors) -> None:
    file = read_files()["20_shell.js"]
    client = visitors.browser("viewer")
    kept = client.get(f"/v/{file.digest}/20_shell.js")
    assert kept.headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert client.get("/v/0000/20_shell.js").headers["Cache-Control"] == "no-cache"
    assert file.digest == hashlib.sha256(file.body).hexdigest()[:16]


def test_files_travel_compressed(visitors: Visitors) -> None:
    file = read_files()["plotly-cartesian.min.js"]
    client = visitors.browser("viewer")
    path = f"/v/{file.digest}/{file.name}"
    small = client.get(path, headers={"Accept-Encoding": "gzip, deflate, br, zstd"})
    assert small.headers["Content-Encoding"] == "br"
    assert len(small.data) < 450_000
    assert brotli.decompress(small.data) == file.body
    packed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == file.body
    assert client.get(path, headers={"Accept-Encoding": "identity"}).data == file.body
    assert "Accept-Encoding" in small.headers["Vary"]


def test_no_path_leads_out_of_the_files(visitors: Visitors) -> None:
    client = visitors.browser("admin")
    for name in ("..%2f..%2fapp.py", "app.py", "%2e%2e/app.py", "LICENSE", "bootstrap.min.css.br"):
        assert client.get(f"/v/0/{name}").status_code in {200, 404}
        assert "create_server" not in client.get(f"/v/0/{name}").text


def test_what_is_kept_compressed_is_current() -> None:
    files = list(large_files())
    assert {path.name for path in files} == {"plotly-cartesian.min.js", "bootstrap.min.css"}
    for path in files:
        assert brotli.decompress(path.with_name(f"{path.name}.br").read_bytes()) == path.read_bytes()
        assert path.with_name(f"{path.name}.gz").read_bytes() == compress(path.read_bytes(), "gzip")


def test_the_chart_library_is_the_version_that_plotly_writes_for() -> None:
    head = (VENDOR / "plotly" / "plotly-cartesian.min.js").read_text(encoding="utf-8")[:200]
    assert f"v{plotly.offline.get_plotlyjs_version()}" in head


def test_every_vendored_folder_brings_its_licence() -> None:
    folders = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert len(folders) >= 4
    assert all((folder / "LICENSE").stat().st_size > 500 for folder in folders)


def test_stylesheets_name_only_files_that_exist_and_nothing_elsewhere() -> None:
    for name, file in read_files().items():
        if name.endswith(".css"):
            text = file.body.decode()
            assert "vigie:" not in text
            assert not re.findall(r"url\(\s*['\"]?(?:https?:)?//", text), name
            assert "@import" not in text


def test_our_styles_are_small() -> None:
    files = read_files()
    own = sum(len(compress(files[name].body, "br")) for name in ("00_tokens.css", "pages.css"))
    assert own < 20_000


@pytest.mark.parametrize(
    "name",
    ["os/x.js", "dash/dash.py", "dash/../dash.py", "dash/deps/..%2f..%2fdash.py", "dash/%80.js", "x/y.js"],
)
def test_a_component_s_file_that_nobody_knows_is_not_there(visitors: Visitors, name: str) -> None:
    answer = visitors.browser("viewer").get(f"/_dash-component-suites/{name}")
    assert answer.status_code == 404
    assert "dash" not in answer.text.lower()


def test_a_first_page_asks_for_few_files_and_not_for_the_grid(visitors: Visitors) -> None:
    client = visitors.browser("viewer")
    page = client.get("/").text
    asked = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', page)
    assert len(asked) < 25
    assert not [address for address in asked if "dash_ag_grid" in address or "dash_table" in address]
    grid = re.findall(r'data-grid="([^"]+)"', page)
    assert client.get(grid[0]).headers["Cache-Control"].startswith("max-age=31536000")


def test_the_pages_own_scripts_and_styles_are_one_file_each_in_order() -> None:
    files = read_files()
    for name, first, last in (
        ("pages.js", "05_chart_themes.js", "61_idle.js"),
        ("pages.css", "15_dash_widgets.css", "60_admin.css"),
    ):
        body = files[name].body
        assert 0 <= body.index(files[first].body) < len("try {\n") + 1
        assert body.index(files[last].body) > body.index(files[first].body)
        assert not files[name].is_public


def test_a_script_that_fails_leaves_the_others_running() -> None:
    files = read_files()
    own = [each for name, each in files.items() if each.path.parent == ASSETS and name.endswith(".js")]
    closed = [each for each in own if not each.is_public and each.name != SCRIPT]
    assert files[SCRIPT].body.count(b"\n} catch (error) { setTimeout(") == len(closed)
