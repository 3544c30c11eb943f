# The few commands of daily work; `make` alone lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
.SILENT:
MAKEFLAGS += --no-print-directory

# The first Python on the path that is new enough and can make environments.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	"$$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& echo "$$name" && break; done)
RUN := .venv/bin/python
PIP_OPTIONS := --require-hashes --only-binary :all:
LOCK_OPTIONS := --generate-hashes --universal --python-version 3.11 \
	--no-header --no-emit-index-url --no-emit-find-links --quiet
# As a studio on the internet would be set up.
DEPLOYED := STUDIO_DATA_DIR=.cache/checks STUDIO_DEMO=0 STUDIO_PUBLIC_URL=https://studio.example.com
UNIT := not e2e and not processes
# Number of parallel test workers.
JOBS ?= 2

.PHONY: help up install test lint types checks test-unit test-browser test-postgres bench lighthouse torture styleguide messages lock clean

help: ## List these commands
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{ printf "  make %-14s %s\n", $$1, $$2 }'

up: .venv/.run-installed ## Start the demo studio: web server, worker and sandbox gateway, until Ctrl-C
	exec $(RUN) manage.py up --demo

install: .venv/.run-installed ## Only make the environment that the studio runs in

test: lint types checks test-unit test-browser test-postgres ## Everything that has to be green, with its own set-up

lint: .venv/.dev-installed ## Style of code and templates
	.venv/bin/ruff check --quiet .
	.venv/bin/ruff format --quiet --check .
	.venv/bin/djlint --lint --quiet templates

types: .venv/.dev-installed ## Type annotations
	.venv/bin/mypy studio tests

checks: .venv/.dev-installed ## Django's own checks, as deployed, and whether the migrations are complete
	$(DEPLOYED) $(RUN) manage.py check --deploy --fail-level WARNING
	$(DEPLOYED) $(RUN) manage.py makemigrations --check --dry-run

test-unit: .venv/.dev-installed ## Unit and architecture tests, on SQLite
	.venv/bin/pytest -q -n $(JOBS) -m "$(UNIT)"

test-browser: .venv/.dev-installed ## Tests with real processes and in a real browser
	$(RUN) -m tests.chromium
	.venv/bin/pytest -q -m "not ($(UNIT))"

test-postgres: .venv/.dev-installed ## All that uses a database, on a throw-away PostgreSQL where that is installed
	$(RUN) -m tests.postgres .venv/bin/pytest -q -n $(JOBS) -m "$(UNIT)" --database-only

bench: .venv/.dev-installed ## Measure pages, a gallery of 100,000 takes, the tracker, and how soon a take is seen (20 minutes)
	$(RUN) -m tests.bench.pages
	$(RUN) -m tests.bench.gallery
	$(RUN) -m tests.bench.tracker
	$(RUN) -m tests.bench.visible

lighthouse: .venv/.dev-installed tests/lighthouse/node_modules ## Ask Lighthouse about the demo's gallery, take and composer (needs node and Chromium)
	$(RUN) -m tests.lighthouse $(LIGHTHOUSE)

tests/lighthouse/node_modules: tests/lighthouse/package-lock.json
	cd tests/lighthouse && npm ci --silent --ignore-scripts
	touch $@

torture: .venv/.dev-installed ## Kill workers while 1,000 takes are rendered, then hold the studio to account (10 minutes)
	$(RUN) -m tests.torture $(TORTURE)

styleguide: .venv/.dev-installed ## Take the pictures anew that the look of each component is compared with (look at them!)
	$(RUN) -m tests.chromium
	RENEW_STYLEGUIDE=1 .venv/bin/pytest -q tests/e2e/test_styleguide.py

messages: .venv/.dev-installed ## Gather every text anew into the catalogs of studio/locale and compile them (needs gettext)
	$(RUN) -m tests.messages

lock: ## Write the lock files anew from pyproject.toml (needs uv)
	command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	uv pip compile pyproject.toml $(LOCK_OPTIONS) -o requirements.txt
	uv pip compile pyproject.toml --extra dev $(LOCK_OPTIONS) -o requirements-dev.txt

clean: ## Remove everything that these commands made, but never data/
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache staticfiles test-results

# uv where it is found: it takes 3 seconds where pip takes 50.
define install
	if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer with its venv module is needed (on Debian: apt install python3-venv)." >&2; \
		echo "None is on the path; name one with PYTHON=/path/to/python3 behind the command." >&2; exit 1; fi
	$(RUN) -c pass 2>/dev/null || { echo "Making the environment with $(PYTHON) …"; $(PYTHON) -m venv --clear .venv; }
	echo "Installing $(1), a minute or less …"
	{ command -v uv >/dev/null && uv pip install --quiet --python $(RUN) $(PIP_OPTIONS) -r $(1); } \
		|| $(RUN) -m pip install --quiet --disable-pip-version-check $(PIP_OPTIONS) -r $(1)
endef

.venv/.run-installed: requirements.txt
	$(call install,requirements.txt)
	touch $@

# The development lock holds everything of the other.
.venv/.dev-installed: requirements-dev.txt requirements.txt
	$(call install,requirements-dev.txt)
	touch $@ .venv/.run-installed
