"""Every registry has a contract test that goes over its entries: a new entry needs no new test file."""

from __future__ import annotations

import ast
from importlib import import_module
from typing import Final

import pytest

from tests.architecture.source import PRODUCT, ROOT, sources

CONTRACTS: Final = {
    "callbacks.application.REGISTER": "tests/architecture/test_access_matrix.py",
    "dashboard.charts.registry.CHARTS": "tests/dashboard/charts/test_registry.py",
    "dashboard.ingestion.layouts.LAYOUTS": "tests/dashboard/ingestion/test_layouts.py",
    "dashboard.ingestion.stores.STORES": "tests/dashboard/ingestion/test_kinds.py",
    "dashboard.jobs.registry.JOB_KINDS": "tests/dashboard/jobs/test_registry.py",
    "dashboard.jobs.upkeep.CHORES": "tests/dashboard/jobs/test_upkeep.py",
    "database.dimensions.DIMENSIONS": "tests/database/test_dimensions.py",
    "database.logs.stores.LOG_STORES": "tests/database/logs/test_store_contract.py",
    "database.metrics.METRICS": "tests/database/test_metrics.py",
    "layouts.pages.PAGES": "tests/architecture/test_pages.py",
}
"""By hand: each registry of the product and the test that goes over it."""

THROUGH_THE_WHOLE: Final = {"callbacks.application.REGISTER"}
"""Its entries act on the application that the test walks over."""


@pytest.mark.parametrize("registry", CONTRACTS)
def test_a_registry_holds_something_and_its_contract_goes_over_it(registry: str) -> None:
    module, name = registry.rsplit(".", 1)
    assert len(getattr(import_module(module), name)) > 0, f"empty-registry: {registry}"
    tree = ast.parse((ROOT / CONTRACTS[registry]).read_text(encoding="utf-8"))
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert registry in THROUGH_THE_WHOLE or name in used, f"registry-contract: {registry}"


def test_every_registry_is_known_here() -> None:
    """A module whose first line speaks of a registry, or that is named so, holds one."""
    homes = {registry.rsplit(".", 1)[0] for registry in CONTRACTS}
    named = {
        source.path.removesuffix(".py").replace("/", ".")
        for source in sources(*PRODUCT)
        if source.path.endswith(("/registry.py", "/stores.py"))
        or "registry" in (ast.get_docstring(source.tree) or "").partition("\n")[0]
    }
    assert named <= homes, f"registry-contract: {sorted(named - homes)}"
