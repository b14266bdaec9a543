# Every target's comment is its line in `make help`.
PYTHON := .venv/bin/python
PROOF = $(subst -,_,$(filter-out prove,$(MAKECMDGOALS)))

.DEFAULT_GOAL := help
.PHONY: help setup run test lint bench prove db-init db-reset db-status seed

help:  ## say what there is
	@sed -n 's/^\([a-z][a-z-]*\):.*## /make \1\t/p' $(firstword $(MAKEFILE_LIST)) | expand -t 18

setup:  ## make .venv with everything that running and testing need
	python3 -m venv .venv
	.venv/bin/pip install -q -r requirements-dev.txt

run:  ## start Vigie; Ctrl-C stops it
	$(PYTHON) app.py

test:  ## run all tests, rules and types among them
	$(PYTHON) -m pytest -q -n auto --dist loadfile

lint:  ## judge style, types and imports alone
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports

bench:  ## run the benchmarks of benchmarks/, one after the other
	@for file in benchmarks/[a-z]*.py; do echo "== $$file" && $(PYTHON) "$$file" || exit 1; done

prove:  ## prove NAME: run tests/proofs/NAME at its full size; without NAME, list them
	@if [ -n "$(PROOF)" ]; then $(PYTHON) -m tests.proofs.$(PROOF); \
	else grep -l '^def main' tests/proofs/*.py | sed 's|.*/\(.*\)\.py|make prove \1|' | tr _ -; fi

db-init:  ## bring the database's schema up to date
	$(PYTHON) -m database.run_migration

db-reset:  ## delete everything stored and begin anew; asks first
	$(PYTHON) -m database.seed_data --reset

db-status:  ## show the embedded server and the migrations
	-@$(PYTHON) -m database.server status
	@$(PYTHON) -m database.run_migration --status

seed:  ## make the first admin and the demo data
	$(PYTHON) -m database.seed_data --demo

# The name after `prove` is no target of its own.
ifeq (prove,$(firstword $(MAKECMDGOALS)))
$(eval $(filter-out prove,$(MAKECMDGOALS)):;@:)
endif
