# One way in for everything. Every command makes or renews .venv first (instant when nothing changed).
# The first Python that is new enough; PYTHON=/path/to/python3.12 says which one to take instead.
ifeq ($(origin PYTHON), undefined)
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
endif
PY := .venv/bin/python
UV := .tools/bin/uv
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes
ARGS ?=
# Some containers forbid Python to keep what it compiled. A service is six hundred modules: compiling them
# anew took half of every start, and the tests and the runner start processes all the time.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help env run report rebuild stop reset test check live browser fuzz clients load contracts lock fmt

help: ## this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 18
	@echo
	@echo '  CITY=none|path/to/case.json  SCALE=0.01  ONCE=1  FORMAT=json  ARGS="-k name"'

env: ## the environment alone (.venv from requirements.lock)
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed 需要 Python 3.11 或更高版本'; exit 1; }
	@$(PYTHON) deploy/local/bootstrap.py

run: env ## start everything, load the sample city, print the report, stay up until Ctrl-C
	@$(PY) -m local.run up

report: env ## print the report of the running city (FORMAT=json for machines)
	@$(PY) -m local.run report

rebuild: env ## fold all figures of the running city again from the facts
	@$(PY) -m local.run rebuild

stop: env ## stop a running instance
	@$(PY) -m local.run stop

reset: env ## stop and delete .run with all its data
	@$(PY) -m local.run reset

test: env ## all tests that need nothing but this machine
	@$(PY) -m pytest -n 2 $(ARGS)

check: env ## format, lint, types, import rules, contracts, tests
	$(PY) -m ruff format --check .
	$(PY) -m ruff check .
	$(PY) -m mypy
	.venv/bin/lint-imports
	$(PY) -m pytest -n 2 $(ARGS)

live: env ## fault tests against servers of their own
	@$(PY) -m pytest tests/live -m live $(ARGS)

browser: env ## the pages in a real Chromium (installs it when absent)
	@command -v chromium >/dev/null || (apt-get update -qq && apt-get install -y -qq -o DPkg::Lock::Timeout=300 chromium fonts-noto-cjk)
	@$(PY) -m pytest tests/browser -m browser $(ARGS)

fuzz: env ## made requests, well and badly formed, against whole contracts
	@$(PY) -m pytest tests/contracts -m fuzz $(ARGS)

clients: env ## types generated from the contracts, compiled and used (installs Node.js when absent)
	@command -v npm >/dev/null || (apt-get update -qq && apt-get install -y -qq -o DPkg::Lock::Timeout=300 nodejs npm)
	@$(PY) -m pytest tests/clients -m clients $(ARGS)

load: env ## benchmarks as ratios to a limit measured in the same run
	@$(PY) -m tests.load $(ARGS)

contracts: env ## write the committed contracts of all services again
	@$(PY) -m local.contracts

lock: env ## compile the locks again (hashed, no addresses)
	$(COMPILE) requirements-bootstrap.in -o requirements-bootstrap.lock
	$(COMPILE) requirements.runtime.in -o requirements.runtime.lock
	$(COMPILE) requirements.in -c requirements.runtime.lock -o requirements.lock

fmt: env ## format and repair what can be repaired
	@$(PY) -m ruff format .
	@$(PY) -m ruff check --fix .
