"""Broken rules are noticed by the check meant for them: five in every run, all by `make prove breaks`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source import ROOT
from tests.proofs.breaking import Edit
from tests.proofs.breaks import is_named, run
from tests.proofs.breaks_list import BREAKS

IN_EVERY_RUN = (
    "import-against-the-order",
    "sql-in-a-callback",
    "a-bare-literal",
    "an-undocumented-setting",
    "a-missing-down-file",
)


@pytest.mark.proof
def test_broken_rules_are_noticed() -> None:
    chosen = [b for b in BREAKS if b.slug in IN_EVERY_RUN]
    assert len(chosen) == len(IN_EVERY_RUN)
    outcomes = run(chosen, lambda _: None)
    assert len(outcomes) == len(chosen) + 1
    missed = [o for o in outcomes if not o.is_noticed]
    assert not missed, [(o.slug, o.said) for o in missed]


def test_a_break_is_noticed_by_its_rule_and_not_by_the_source_around_a_failure() -> None:
    assert is_named("thin-callbacks", "E       AssertionError: thin-callbacks: callbacks/x.py:1")
    assert not is_named("thin-callbacks", '    refuse("thin-callbacks", long)\nE       NameError: long')


def test_a_break_whose_text_is_gone_says_so(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("x = 1\n", encoding="utf-8")
    with pytest.raises(LookupError, match="no longer holds 'y'"):
        Edit("a.py", "y", "z").apply(tmp_path)


def test_there_are_at_least_25_breaks_and_each_has_its_own_name() -> None:
    assert len({b.slug for b in BREAKS}) == len(BREAKS) >= 25


def test_every_break_still_finds_its_place_and_its_check(tmp_path: Path) -> None:
    for each in BREAKS:
        for path in each.paths:
            copy = tmp_path / each.slug / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            if (ROOT / path).exists():
                copy.write_bytes((ROOT / path).read_bytes())
        each.apply(tmp_path / each.slug)
        file, _, name = each.check.partition("::")
        assert not name or f"def {name.partition('[')[0]}(" in (ROOT / file).read_text(encoding="utf-8"), (
            each.slug
        )
