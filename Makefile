# Everything runs from here: `make run` to try the program, `make test` to prove it. Each does its own set-up.
SHELL := /bin/sh
.SHELLFLAGS := -ec
.DEFAULT_GOAL := help
.PHONY: help run test check proof bench bench-large lock translations

PORT ?= 8000
# The first Python from 3.11 on.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)
BIN := .venv/bin
READY := $(BIN)/ready
SYNC := $(BIN)/uv pip sync -q --compile-bytecode --require-hashes requirements-dev.txt

help:
	@echo 'make run        the program on http://127.0.0.1:$(PORT) (make run PORT=8001 for another port)'
	@echo 'make test       all tests that this machine can run'
	@echo 'make check      format, lint, types, imports, translations'
	@echo 'make proof      the long proofs: load, faults, simulated weeks'
	@echo 'make bench      speed and memory'
	@echo 'make bench-large  the same work with a million old registrations'
	@echo 'make lock       write the lock files anew from pyproject.toml'
	@echo 'make translations  collect the words of code and pages, and compile them'

run: $(READY)
	@exec $(BIN)/tasuki run --port $(PORT)

test: $(READY)
	@$(BIN)/pytest -q -n 2 --dist worksteal -m 'not proof' $(ARGS)

check: $(READY)
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -q tests/test_translations.py

proof: $(READY)
	@$(BIN)/pytest -q -m proof $(ARGS)

bench: $(READY)
	@$(BIN)/python -m tests.bench

bench-large: $(READY)
	@$(BIN)/python -m tests.bench.large

lock: $(READY)
	@$(BIN)/uv pip compile -q pyproject.toml --generate-hashes --no-emit-index-url --universal --python-version 3.11 \
		--no-header -o requirements.txt
	@$(BIN)/uv pip compile -q pyproject.toml --group dev --generate-hashes --no-emit-index-url --universal \
		--python-version 3.11 --no-header -o requirements-dev.txt

translations: $(READY)
	@mkdir -p var
	@$(BIN)/pybabel -q extract -F pyproject.toml --sort-by-file --no-location -o var/messages.pot .
	@$(BIN)/pybabel -q update -i var/messages.pot -d scheduler/translations -l en --no-fuzzy-matching --ignore-obsolete
	@$(BIN)/pybabel -q compile -d scheduler/translations
	@$(BIN)/pybabel -q compile -d scheduler/translations -D api

# The environment: every package by its hash from the lock file, and the project itself as it stands here.
$(READY): requirements-dev.txt pyproject.toml
	@test -n '$(PYTHON)' || { echo 'Python 3.11 or newer is needed: none was found (make PYTHON=/path/to/python3 …).' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo 'This Python cannot make virtual environments; on Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Preparing .venv (once) …'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@test -x $(BIN)/uv || $(BIN)/python -m pip install -qq --disable-pip-version-check uv
	@# With the machine's own certificates first (a proxy may have its own authority), else with those uv brings.
	@VIRTUAL_ENV=.venv UV_SYSTEM_CERTS=1 $(SYNC) 2>/dev/null || VIRTUAL_ENV=.venv $(SYNC)
	@VIRTUAL_ENV=.venv $(BIN)/uv pip install -q --no-deps --no-build-isolation -e .
	@touch $(READY)
