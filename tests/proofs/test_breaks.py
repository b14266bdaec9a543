"""Broken rules are noticed by the check meant for them: five in every run, all by `make prove breaks`."""

from __future__ import annotations

import pytest

from tests.proofs.breaks import run
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
    missed = [o for o in run(chosen, lambda _: None) if not o.is_noticed]
    assert not missed, [(o.slug, o.said) for o in missed]


def test_there_are_at_least_25_breaks_and_each_has_its_own_name() -> None:
    assert len({b.slug for b in BREAKS}) == len(BREAKS) >= 25
