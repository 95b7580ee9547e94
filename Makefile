# What a person types. Scripts are in tools/; each says what it does in its first line.
PYTHON ?= python3
LOCK = .venv/bin/uv pip compile --quiet --generate-hashes --python-version 3.11 --no-emit-index-url --no-header

.PHONY: help run test nightly check bench shots translations lock
.DEFAULT_GOAL := help

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run:  ## Prepare this machine, then serve on http://127.0.0.1:8000 (PORT, HOST, PASSERELLE_*)
	@$(PYTHON) tools/run.py

test:  ## Check, then test on SQLite, on PostgreSQL and in a browser
	@$(PYTHON) tools/setup.py test
	@.venv/bin/python tools/check.py
	@.venv/bin/python tools/test.py

nightly:  ## The long forms: every test, ten times the random examples, every page photographed
	@$(PYTHON) tools/setup.py test
	@.venv/bin/python tools/nightly.py

check: .ready  ## Lint, types, import contracts, translations, courses
	@.venv/bin/python tools/check.py

bench: .ready  ## Measure against the targets; exits 1 beyond 1.25 of one
	@.venv/bin/python -m benchmarks

shots: .ready  ## Photograph every page as each demo person, into build/shots
	@.venv/bin/python tools/shots.py

translations: .ready  ## Bring translations/ up to date with the sources; msgstr are left to fill in
	@.venv/bin/python tools/translations.py update

lock: .ready  ## Lock the requirements of pyproject.toml, with hashes
	$(LOCK) pyproject.toml --output-file requirements.txt
	$(LOCK) --extra dev --constraints requirements.txt pyproject.toml --output-file requirements-dev.txt

.PHONY: .ready
.ready:
	@$(PYTHON) tools/setup.py check
