# Needs Python >= 3.11 (with venv) and make. Everything else goes into .venv, pinned by hash in locks/.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup demo up test test-pure test-rest test-long sabotage fuzz check fmt cover bench schemas ci ci-docker lock

CANDIDATES := python3 python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for p in $(CANDIDATES); do \
  $$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
READY := .venv/.ready
RUN := .venv/bin/python
PYTEST := $(RUN) -m pytest
# Most tests wait for servers rather than for a core, so three workers, each with servers of its own. A file stays with one of them,
# since its tests may share a story.
WORKERS ?= 3
IN_PARALLEL := -n $(WORKERS) --dist loadfile
COMPILE := .venv/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
  --custom-compile-command "make lock"

# Rooms that decide and touch nothing: whatever a test leaves out there is a rule that nobody asked about.
PURE := services/tracker/model/* services/intake/admit.py services/intake/grants.py shared/terms.py \
  services/tracker/notices/conclusions.py services/tracker/notices/mail.py services/tracker/notices/outcomes.py \
  services/tracker/notices/window.py services/tracker/notices/words.py services/tracker/record/directory_file.py
WITHOUT_SERVERS := tests/unit tests/contract
STORIES := tests/unit/test_telling_stories.py tests/unit/test_telling_stories_on.py tests/unit/test_telling_orders.py
COMMA := ,
SPACE := $(COMMA:,=) $(COMMA:,=)

# Not in locks/dev.txt: large, for few machines, and used by `make fuzz` alone. Later releases have no wheel for Python 3.11.
FUZZERS := "atheris<3.1; python_version < '3.12'" "atheris<4; python_version >= '3.12'"

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv from locks/dev.txt (the other targets do this by themselves)
	@:

# The stamp is newer than the locks once they are installed, so a second call has nothing to do.
$(READY): locks/uv.txt locks/dev.txt
	@test -n "$(PYTHON)" || { echo "Rosette needs Python 3.11 or newer with venv; none of: $(CANDIDATES)." \
	  "Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Rosette needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2; exit 1; }
	@$(RUN) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { rm -rf .venv && $(PYTHON) -m venv .venv; }
	@$(RUN) -m pip install -q --disable-pip-version-check --require-hashes -r locks/uv.txt
	@VIRTUAL_ENV=.venv .venv/bin/uv pip sync -q --compile-bytecode --require-hashes locks/dev.txt
	@touch $@

demo: $(READY) ## tell the 2018 return as events, on embedded servers
	@$(RUN) -m demo

up: $(READY) ## run both services on this machine, on embedded servers; Ctrl-C stops all
	@$(RUN) -m embedded up

test: $(READY) ## run the tests that need no Docker engine
	@$(PYTEST) $(IN_PARALLEL) -m "not docker"

test-long: $(READY) ## properties and stories of telling on new stories, many: about an hour
	@ROSETTE_STORIES=5000 $(PYTEST) tests/property --timeout=0
	@ROSETTE_STORIES=50000 $(PYTEST) $(IN_PARALLEL) $(STORIES) --timeout=0
	@ROSETTE_STORIES=3 $(PYTEST) tests/e2e/test_k55.py

sabotage: $(READY) ## break each invariant on purpose, and see its test go red
	@$(RUN) -m tests.sabotage

SECONDS_EACH ?= 60
fuzz: $(READY) ## search for bytes that break what reads them: SECONDS_EACH of each target; KEEP=--keep writes the corpus
	@.venv/bin/uv pip install -q --python .venv --target .fuzz/packages --require-hashes -r locks/fuzz.txt
	@$(RUN) -m tests.fuzz --seconds $(SECONDS_EACH) $(KEEP)

check: $(READY) ## format, lint, types, import contracts
	@.venv/bin/ruff format --check -q .
	@.venv/bin/ruff check -q .
	@.venv/bin/mypy
	@.venv/bin/lint-imports

fmt: $(READY) ## format, and mend what ruff can
	@.venv/bin/ruff check -q --fix-only .
	@.venv/bin/ruff format -q .

cover: $(READY) ## run the tests, and fail if they reach too little of the code; slower, since every process is watched
	@.venv/bin/coverage erase
	@$(PYTEST) $(IN_PARALLEL) -m "not docker" --cov --cov-report=term

bench: $(READY) ## counters and ratios against a bare loop
	@$(RUN) -m benchmarks

schemas: $(READY) ## write the JSON Schemas of the contract again
	@$(RUN) -m shared.schemas

ci: check test-pure test-rest ## the whole gate: check, every test, the demo once
	@$(RUN) -m demo --once

# Only tests that are the same every time count here: what a random story reached by chance is asked about by nobody.
test-pure: $(READY) ## run the tests without servers, and fail if they leave out anything of the rooms that decide
	@.venv/bin/coverage erase
	@$(PYTEST) $(IN_PARALLEL) $(WITHOUT_SERVERS) $(addprefix --ignore=,$(STORIES)) --cov --cov-report= --cov-fail-under=0
	@.venv/bin/coverage report --include='$(subst $(SPACE),$(COMMA),$(strip $(PURE)))' --fail-under=100

test-rest: $(READY)
	@$(PYTEST) $(IN_PARALLEL) -m "not docker" $(filter-out $(WITHOUT_SERVERS:=/),$(sort $(dir $(wildcard tests/*/test_*.py)))) $(STORIES)

ci-docker: $(READY) ## the tests that need a Docker engine
	@$(PYTEST) -m docker

lock: $(READY) ## resolve pyproject.toml into locks/ again; UPGRADE=--upgrade takes newer releases
	@$(COMPILE) pyproject.toml $(UPGRADE) -o locks/runtime.txt
	@$(COMPILE) pyproject.toml $(UPGRADE) --extra embedded --group dev -c locks/runtime.txt -o locks/dev.txt
	@echo aiosmtpd | $(COMPILE) - -c locks/dev.txt -o locks/mailbox.txt
	@printf '%s\n' $(FUZZERS) | $(COMPILE) - $(UPGRADE) -o locks/fuzz.txt
	@awk '/^uv==/ {on = 1; print; next} on && !/^ / {exit} on && !/#/ {print}' locks/dev.txt > locks/uv.txt
	@$(MAKE) -s setup
