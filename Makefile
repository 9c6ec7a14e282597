# Halong needs Python 3.11 or newer with venv, git and make; everything else is set up here, once.
#
#   make run    set up what is missing and run Halong      make stop   stop it
#   make test   lint and every test                        make lint   style, types, order of imports, templates
#   make bench  measure, into docs/benchmarks.md           make build  set up without running
#   make lock   resolve the dependencies anew              make clean  remove what was set up and built
#   make messages   collect new texts                      make coverage   which lines the tests run

VENV := .venv
BIN := $(VENV)/bin
DIST := src/halong/web/static/web/dist
FRONTEND := $(shell find src/halong/web/frontend -type f 2>/dev/null)
CATALOGUES := $(shell find src/halong -name '*.po' 2>/dev/null)
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
NODE := PATH="$(CURDIR)/$(BIN):$$PATH"

.PHONY: run build test coverage lint bench stop clean lock messages help
.DELETE_ON_ERROR:

run: build
	@exec $(BIN)/halong run

build: $(VENV)/.run $(DIST)/.built $(VENV)/.messages

$(VENV)/.made:
	@test -n "$(PYTHON)" || { echo "Halong needs Python 3.11 or newer; none was found. Name one: make PYTHON=/path/to/python"; exit 1; }
	@echo "Making a Python environment in $(VENV) ($$($(PYTHON) --version))…"
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.run: requirements/build.txt requirements/run.txt pyproject.toml | $(VENV)/.made
	@$(BIN)/python tools/install.py build run
	@echo "Installing Halong itself…"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.run
	@$(BIN)/python tools/install.py dev
	@touch $@

node_modules/.installed: package.json package-lock.json | $(VENV)/.run
	@echo "Installing the parts of the pages (npm)…"
	@$(NODE) npm ci --ignore-scripts --no-fund --no-audit --loglevel=error
	@touch $@

$(DIST)/.built: $(FRONTEND) node_modules/.installed
	@echo "Building the static files…"
	@$(NODE) npm run --silent build
	@touch $@

$(VENV)/.messages: $(CATALOGUES) $(VENV)/.run
	@echo "Compiling the translations…"
	@$(BIN)/python tools/messages.py --compile
	@touch $@

lint: build $(VENV)/.dev
	@echo "Checking style, types, the order of imports, templates and translations…"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint src/halong --lint --quiet
	@$(BIN)/python tools/messages.py --check

test: build $(VENV)/.dev
	@$(BIN)/python tools/debian.py
	@$(MAKE) --no-print-directory lint
	@echo "Running the tests on the embedded PostgreSQL…"
	@$(BIN)/pytest -n 2 --dist loadfile
	@echo "Running the tests of database, observations and migrations on Debian's PostgreSQL…"
	@$(BIN)/python tools/debian.py --with-postgresql $(BIN)/pytest -m postgres15

# Counting the lines that run costs a third of the suite's time, so it is asked for by itself.
coverage: build $(VENV)/.dev
	@echo "Running the tests and counting the lines that they run…"
	@$(BIN)/pytest -n 2 --dist loadfile --cov=halong --cov-report=term:skip-covered

bench: build $(VENV)/.dev
	@$(BIN)/halong bench

stop:
	@if test -x $(BIN)/halong; then $(BIN)/halong stop; else echo "Halong isn't set up here."; fi

messages: $(VENV)/.run
	@$(BIN)/python tools/messages.py

lock: | $(VENV)/.made
	@$(BIN)/python tools/lock.py

clean:
	@echo "Removing what was set up and built (data in HALONG_HOME stays)…"
	@rm -rf $(VENV) node_modules $(DIST) .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find src tests tools -name '__pycache__' -type d -prune -exec rm -rf {} +
	@find src -name '*.mo' -delete

help:
	@sed -n '/^#   /s/^#   //p' Makefile
