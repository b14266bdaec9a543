"""The files that browsers load: each at an address with its own hash, kept for ever, sent compressed.

    python -m dashboard.web.files    writes .br and .gz beside each large vendored file

`/public/…` serves what the login page needs, `/v/…` the rest, behind the login. A stylesheet names
another file as `url(vigie:NAME)`.
"""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import brotli
from flask import Flask, Response, abort, current_app, request, url_for

from dashboard.web.access import Door, opens

ASSETS: Final = Path(__file__).resolve().parents[2] / "assets"
VENDOR: Final = ASSETS / "vendor"
FILES: Final = "vigie_files"
SCRIPT, STYLE = "pages.js", "pages.css"
_PUBLIC_FOLDERS: Final = (ASSETS / "public", VENDOR / "inter", VENDOR / "bootstrap-icons")
_PUBLIC_FILES: Final = (ASSETS / "00_tokens.css",)
_SERVED: Final = {".css", ".js", ".svg", ".woff2"}
_TEXT: Final = {".css", ".js", ".svg"}
_NAMED: Final = re.compile(r"url\(vigie:([a-z0-9_.-]+)\)")
_FOR_EVER: Final = "max-age=31536000, immutable"
LARGE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Served:
    """One file as browsers get it."""

    name: str
    path: Path
    body: bytes
    digest: str
    is_public: bool

    @property
    def endpoint(self) -> str:
        """The route that serves it."""
        return "public_file" if self.is_public else "closed_file"


def read_files() -> dict[str, Served]:
    """Every file under assets/ by its name; stylesheets last, because they name the others.

    The pages' own scripts and styles are one file each beside that: each request costs more than it brings.
    """
    found: dict[str, Served] = {}
    for path in sorted(_paths(), key=lambda path: (path.suffix == ".css", path.name)):
        body = path.read_bytes()
        if path.suffix == ".css":
            body = _NAMED.sub(
                lambda named: f"url(../{found[named[1]].digest}/{named[1]})", body.decode()
            ).encode()
        if path.name in found:
            raise ValueError(f"two files under assets/ are called {path.name}")
        is_public = path.parent in _PUBLIC_FOLDERS or path in _PUBLIC_FILES
        digest = hashlib.sha256(body).hexdigest()[:16]
        found[path.name] = Served(path.name, path, body, digest, is_public)
    return found | {name: _joined(found, name) for name in (SCRIPT, STYLE)}


def _joined(files: dict[str, Served], name: str) -> Served:
    """The pages' own closed files of one kind, in the order of their names."""
    kind = Path(name).suffix
    parts = [each for each in files.values() if each.path.parent == ASSETS and each.path.suffix == kind]
    ordered = sorted((each for each in parts if not each.is_public), key=lambda each: each.name)
    body = b"\n".join(_apart(each.body) if kind == ".js" else each.body for each in ordered)
    return Served(name, ASSETS / name, body, hashlib.sha256(body).hexdigest()[:16], is_public=False)


def _apart(script: bytes) -> bytes:
    """One script that fails is told of, and leaves the others of its file running."""
    return b"try {\n" + script + b"\n} catch (error) { setTimeout(() => { throw error; }); }"


def serve_files(server: Flask) -> None:
    """Serve the files, and let templates name them with `file("…")`."""
    server.extensions[FILES] = read_files()
    server.add_url_rule("/public/<digest>/<name>", "public_file", public_file)
    server.add_url_rule("/v/<digest>/<name>", "closed_file", closed_file)
    server.add_template_global(address, "file")


@opens(Door.EVERYBODY)
def public_file(digest: str, name: str) -> Response:
    """What the login page needs."""
    return _sent(digest, name, is_public=True)


@opens(Door.SIGNED_IN)
def closed_file(digest: str, name: str) -> Response:
    """What the pages need."""
    return _sent(digest, name, is_public=False)


def address(name: str) -> str:
    """The address of a file, with its hash."""
    found: Served = current_app.extensions[FILES][name]
    return url_for(found.endpoint, digest=found.digest, name=name)


def page_files(server: Flask, base_path: str) -> tuple[list[str], list[str]]:
    """The scripts and stylesheets of the pages, in their order: vendored first, then ours."""
    files: dict[str, Served] = server.extensions[FILES]

    def addresses(names: Iterable[str]) -> list[str]:
        kinds = {True: "public", False: "v"}
        return [f"{base_path}{kinds[files[name].is_public]}/{files[name].digest}/{name}" for name in names]

    styles = ["bootstrap.min.css", "fonts.css", "icons.css", "00_tokens.css", STYLE]
    return addresses(["plotly-cartesian.min.js", SCRIPT]), addresses(styles)


def _sent(digest: str, name: str, *, is_public: bool) -> Response:
    found: Served | None = current_app.extensions[FILES].get(name)
    if found is None or found.is_public is not is_public:
        abort(404)
    encoding = request.accept_encodings.best_match(["br", "gzip"]) if found.path.suffix in _TEXT else None
    body = _compressed(found, encoding) if encoding else found.body
    response = Response(body, mimetype=mimetypes.guess_type(name)[0] or "application/octet-stream")
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.headers["Vary"] = "Accept-Encoding"
    owner = "public" if is_public else "private"
    # A page from before an update may ask for an older hash: it gets today's file, but may not keep it.
    response.headers["Cache-Control"] = f"{owner}, {_FOR_EVER}" if digest == found.digest else "no-cache"
    return response


@lru_cache(maxsize=256)
def _compressed(file: Served, encoding: str) -> bytes:
    ready = file.path.with_name(f"{file.name}.{'br' if encoding == 'br' else 'gz'}")
    if ready.exists():
        return ready.read_bytes()
    return compress(file.body, encoding)


def compress(body: bytes, encoding: str) -> bytes:
    """The body as small as it gets; the same bytes every time."""
    if encoding == "br":
        packed: bytes = brotli.compress(body, quality=11)
        return packed
    return gzip.compress(body, 9, mtime=0)


def large_files() -> Iterator[Path]:
    """The vendored files that are kept compressed beside themselves."""
    return (
        path
        for path in sorted(_paths())
        if path.suffix in _TEXT and VENDOR in path.parents and path.stat().st_size > LARGE
    )


def _paths() -> Iterator[Path]:
    return (path for path in ASSETS.rglob("*") if path.is_file() and path.suffix in _SERVED)


def main() -> int:
    """Compress the large vendored files."""
    for path in large_files():
        for encoding, ending in (("br", "br"), ("gzip", "gz")):
            path.with_name(f"{path.name}.{ending}").write_bytes(compress(path.read_bytes(), encoding))
    return 0


if __name__ == "__main__":
    sys.exit(main())
