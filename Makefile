# Everything a person runs here. Each target makes what it needs in .venv; only Python 3.11 or newer and make must be there.
#   make demo PYTHON=/path/to/python3.13   uses that interpreter

VENV := .venv
BIN := $(VENV)/bin
LOWEST := .venv-lowest
# Two of these commands may run at once in one copy: what they make, they make one at a time.
ALONE := $(if $(shell command -v flock 2>/dev/null),flock Makefile)
PIP := python -m pip install --quiet --disable-pip-version-check
INSTALL := $(ALONE) $(BIN)/$(PIP) --constraint constraints.txt --editable
INSTALLED_FROM := pyproject.toml constraints.txt src/reta/version.py
WORKERS ?= 2
SECONDS ?= 60
SEED ?= 0

PYTHON ?= $(shell for candidate in python3 python3.13 python3.12 python3.11 python; do \
	if $$candidate -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	then echo $$candidate; break; fi; done)

.PHONY: help demo test test-lowest fuzz lint docs accuracy bench clean

help:
	@echo "make demo    fit the sample table, show the model, predict a new region"
	@echo "make test    run every test, documentation included"
	@echo "make test-lowest  the same with the lowest versions that pyproject.toml accepts, in .venv-lowest"
	@echo "make fuzz    dirty sources against a known truth, for SECONDS=60 from SEED=0 on"
	@echo "make lint    formatting, lint, types, layers"
	@echo "make docs    write the generated reference pages and the tutorial anew and run every example"
	@echo "make accuracy  write docs/reference/accuracy.md anew: reta beside its peers on hard problems"
	@echo "make bench   run the benchmarks beside their peers"
	@echo "make clean   remove both environments and every cache"

demo: $(VENV)/core
	@PATH="$(CURDIR)/$(BIN):$$PATH" sh demo.sh

test: $(VENV)/dev
	$(BIN)/python -m pytest -n $(WORKERS) $(ARGS)

# PyTorch is the one that constraints.txt names: for Linux its older builds come with gigabytes of GPU libraries only.
test-lowest: $(LOWEST)/dev
	PATH="$(CURDIR)/$(LOWEST)/bin:$$PATH" $(LOWEST)/bin/python -m pytest -n $(WORKERS) $(ARGS)

fuzz: $(VENV)/dev
	$(BIN)/python -m fuzz --seconds $(SECONDS) --seed $(SEED) $(ARGS)

lint: $(VENV)/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/dev
	$(BIN)/python docs/generate.py
	$(BIN)/python docs/tutorial.py
	$(BIN)/python -m pytest tests/docs tests/tutorial

accuracy: $(VENV)/dev
	$(BIN)/python docs/accuracy.py

bench: $(VENV)/dev
	@for question in benchmarks/[a-z]*.py; do $(BIN)/python $$question || exit 1; done

clean:
	rm -rf $(VENV) $(LOWEST) build dist src/*.egg-info .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python $(LOWEST)/bin/python:
	@test -w . || { \
		echo "$(CURDIR) cannot be written to, and the environment goes into it. Work in a copy:" >&2; \
		echo "cp -R '$(CURDIR)' /tmp/reta && chmod -R u+w /tmp/reta && make -C /tmp/reta $(MAKECMDGOALS)" >&2; exit 1; }
	@test -n "$(PYTHON)" || { \
		echo "reta needs Python 3.11 or newer with its venv module (Debian: apt-get install python3-venv);" >&2; \
		echo "none was found as python3. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python" >&2; exit 1; }
	$(ALONE) sh -c 'test -e $@ || $(PYTHON) -m venv $(@D:/bin=)'

$(VENV)/core: $(INSTALLED_FROM) | $(BIN)/python
	$(INSTALL) .
	@touch $@

$(VENV)/dev: $(INSTALLED_FROM) | $(BIN)/python
	$(INSTALL) '.[all,dev]'
	@touch $@

$(LOWEST)/dev: $(INSTALLED_FROM) tests/lowest_versions.py | $(LOWEST)/bin/python
	$(LOWEST)/bin/python tests/lowest_versions.py > $(LOWEST)/constraints.txt
	$(ALONE) $(LOWEST)/bin/$(PIP) --constraint $(LOWEST)/constraints.txt --editable '.[all,dev]'
	@touch $@
