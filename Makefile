# What one does with this project. `make` or `make help` lists it.
# Everything runs from .venv, which `make setup` fills; nothing else has to be installed first.

.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
PYTEST := $(PYTHON) -m pytest
PACKAGES := hotline knowledge_base recordings dispatch agi ami_listener admin_ui cli

# With this set, every process compiles all that it imports at each start: half a minute for `hotline up`.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup demo test lint types floors collect unit journeys proof bench-agi bench-pop bench-listener bench-memory bench-forms bench-pages bench-search bench-quality bench-speech bench-capacity pictures clean

help:  ## Say what there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## Install all that is missing (Debian's packages, .venv, voice, exchange) and nothing else
	@bin/setup

demo: setup  ## Run the whole system with demonstration data and place real calls; Ctrl-C stops all of it
	@exec .venv/bin/hotline demo

$(PYTHON):
	@echo "Nothing is installed here yet: run 'make setup' first." >&2; exit 1

test: setup  ## Everything that must hold: style, types, floors, and all tests on real parts
	@$(MAKE) --no-print-directory --jobs --output-sync=target lint types floors collect
	@bin/test

lint: $(PYTHON)  ## Style (ruff)
	$(PYTHON) -m ruff check .

types: $(PYTHON)  ## Types (mypy --strict)
	$(PYTHON) -m mypy

floors: $(PYTHON)  ## Imports point down, and doors never import one another (import-linter)
	@.venv/bin/lint-imports

collect: $(PYTHON)  ## That every test can be read; once, so that the strands of `make test` need not compile each for itself
	@$(PYTEST) --collect-only -q -m alone

unit: $(PYTHON)  ## The tests without exchange and browser, for between two thoughts
	$(PYTEST) -q -m "not proof and not journey and not browser"

journeys: $(PYTHON)  ## Whole ways through the house, on a real Asterisk with SIPp
	$(PYTEST) -m "journey and not proof"

proof: setup  ## What takes longer than a test may; the results go to docs/proof.md with commit and date
	@bin/proof

bench-agi: setup  ## FastAGI beside panoramisk and a process a call -> benchmarks/results/agi.json
	$(PYTHON) -m benchmarks.agi

bench-pop: setup  ## From the exchange's event to the operator's browser -> benchmarks/results/pop.json
	$(PYTHON) -m benchmarks.pop

bench-listener: setup  ## Events a second that the listener notes on one core -> benchmarks/results/listener.json
	$(PYTHON) -m benchmarks.listener

bench-capacity: setup  ## How many calls at once, beside an exchange alone -> benchmarks/results/capacity.json
	$(PYTHON) -m benchmarks.capacity

bench-memory: setup  ## Memory idle and after 10,000 calls -> benchmarks/results/memory.json
	$(PYTHON) -m benchmarks.memory

bench-forms: setup  ## A thousand rows of a form, upload to preview to database -> benchmarks/results/forms.json
	$(PYTHON) -m benchmarks.forms

bench-pages: setup  ## Every list with a million calls and 200,000 tickets in PostgreSQL -> benchmarks/results/pages.json
	$(PYTHON) -m benchmarks.pages

bench-search: setup  ## Search beside rapidfuzz, bm25s, tantivy, SQLite, PostgreSQL -> benchmarks/results/search.json
	.venv/bin/uv pip install --quiet --python $(PYTHON) --require-hashes -r benchmarks/requirements.lock
	$(PYTHON) -m benchmarks.search

bench-quality: setup  ## What search finds beside its peers; fails below them. QUESTIONS=folder of files of your own
	.venv/bin/uv pip install --quiet --python $(PYTHON) --require-hashes -r benchmarks/requirements.lock
	@$(PYTHON) -m benchmarks.search_quality

bench-speech: setup  ## A hundred questions spoken in real calls, clean and in noise -> benchmarks/results/speech.json
	$(PYTHON) -m benchmarks.speech

pictures: setup  ## Take the pages' pictures again (docs/pictures), in real Chromium
	HOTLINE_PICTURES=1 $(PYTEST) -q -m browser tests/admin_ui tests/public
	HOTLINE_PICTURES=1 $(PYTEST) -q tests/admin_ui/test_life_picture.py

clean:  ## Remove what tools leave behind; keeps .venv, the voice, and var with its data
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/output
	find $(PACKAGES) tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
