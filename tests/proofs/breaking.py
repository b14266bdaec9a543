"""What a deliberate break is: its edits, the one check that runs, and the rule that it must name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Edit:
    """Replace `old` by `new` once; without `old` append, with `new` None delete."""

    path: str
    old: str = ""
    new: str | None = ""

    def apply(self, tree: Path) -> None:
        """Make the change; text that is not there is a mistake in the list of breaks."""
        file = tree / self.path
        if self.new is None:
            file.unlink()
            return
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        if self.old not in text:
            raise LookupError(f"{self.path} no longer holds {self.old!r}")
        file.write_text(text.replace(self.old, self.new, 1) if self.old else text + self.new, "utf-8")


@dataclass(frozen=True)
class Break:
    """One broken rule: `check` is a pytest node, `rule` what its failure must say."""

    slug: str
    edits: Sequence[Edit]
    check: str
    rule: str

    @property
    def paths(self) -> set[str]:
        """The files that the break touches."""
        return {edit.path for edit in self.edits}

    def apply(self, tree: Path) -> None:
        """Make all its changes."""
        for edit in self.edits:
            edit.apply(tree)
