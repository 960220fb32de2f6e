# From nothing to running, tested and checked. Needs Python 3.11 or newer; everything else goes into .venv.
# Nothing is installed twice: a stamp in .venv stands for each requirements file that is installed.

.PHONY: help run test check format live live-tools debian-tools bench lock
.NOTPARALLEL:
.DEFAULT_GOAL := help

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --no-input
PYTEST_ARGS ?=

# What the tests against real servers need from Debian 12; unicode-data also holds the data of a test that needs no server.
APT_PACKAGES := postgresql-15 chromium fonts-noto-color-emoji fonts-dejavu-core unicode-data faketime

help: ## list these targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 14

run: $(VENV)/run.stamp ## run Trellis: with Slack tokens in the environment or .env, or the sandbox without
	$(BIN)/python -m bot run

test: $(VENV)/dev.stamp ## run every test that needs neither root nor a real server
	$(BIN)/python -m pytest -m "not live" --ignore=tests/live $(PYTEST_ARGS)

check: $(VENV)/dev.stamp ## look at the format, the lint rules and the types
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

format: $(VENV)/dev.stamp ## put the code into its format and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

live: $(VENV)/live.stamp ## run the tests against real servers (first: make live-tools)
	$(BIN)/python -m pytest -m live $(PYTEST_ARGS)

live-tools: debian-tools $(VENV)/live.stamp ## install the real servers and the browser that `make live` uses (as root)
	tests/live/pds/install.sh

debian-tools: ## install what comes from Debian: PostgreSQL 15, Chromium, fonts, Unicode's own test data (as root)
	@dpkg -s $(APT_PACKAGES) >/dev/null 2>&1 || { \
	  test "$$(id -u)" = 0 || { echo "As root, please run: apt-get install $(APT_PACKAGES)" >&2; exit 1; }; \
	  apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends $(APT_PACKAGES); }

bench: $(VENV)/dev.stamp ## measure: the median of five, and on which machine
	$(BIN)/python -m bench

lock: $(VENV)/pip.stamp ## write the pinned, hashed requirements anew from requirements/*.in
	$(PIP) install --quiet uv
	$(call compile,run,)
	$(call compile,dev,-c run.txt)
	$(call compile,live,-c dev.txt)

# Each list keeps the versions of the one before it, so that all three fit into one environment.
define compile
cd requirements && ../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --upgrade \
  --no-emit-index-url --no-emit-find-links --no-annotate --custom-compile-command "make lock" $(2) $(1).in -o $(1).txt

endef

# A Python without ensurepip (Debian's, unless python3-venv is installed) lends its own pip to the environment.
$(VENV)/pip.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Trellis needs Python 3.11 or newer.")'
	$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV) \
	  || { $(PYTHON) -m venv --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	touch $@

$(VENV)/%.stamp: requirements/%.txt | $(VENV)/pip.stamp
	$(PIP) install --quiet --require-hashes -r $<
	touch $@
