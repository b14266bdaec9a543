"""The project's own Python files as text and syntax trees, for the rules that read them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("app.py", "callbacks", "layouts", "dashboard", "database", "models")


@dataclass(frozen=True)
class Source:
    """One file: its path from the root, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    def at(self, node: ast.AST) -> str:
        """Name the place of a node as an editor understands it."""
        return f"{self.path}:{getattr(node, 'lineno', 1)}"


@lru_cache(maxsize=1)
def tracked_files() -> tuple[str, ...]:
    """Every file of the tree that git tracks or would track, by its path from the root."""
    words = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return tuple(sorted(name for name in listed.stdout.splitlines() if (ROOT / name).is_file()))
    return tuple(
        sorted(
            str(path.relative_to(ROOT))
            for path in ROOT.rglob("*")
            if path.is_file() and not any(_is_made(part) for part in path.relative_to(ROOT).parts[:-1])
        )
    )


def _is_made(folder: str) -> bool:
    return folder == "__pycache__" or (folder.startswith(".") and folder != ".ci")


@lru_cache(maxsize=8)
def sources(*folders: str) -> tuple[Source, ...]:
    """Parse the Python files of the folders (or single files) named."""
    return tuple(_parse(folders))


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function and method of the file, nested ones too."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def code_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function's body without its docstring."""
    body = node.body[1:] if ast.get_docstring(node) and len(node.body) > 1 else node.body
    return (node.end_lineno or node.lineno) - body[0].lineno + 1


def _parse(folders: tuple[str, ...]) -> Iterator[Source]:
    for name in tracked_files():
        if name.endswith(".py") and any(
            name == folder or name.startswith(folder + "/") for folder in folders
        ):
            text = (ROOT / name).read_text(encoding="utf-8")
            yield Source(name, text, ast.parse(text, filename=name))
