# `make run` installs and serves the example reports; `make test` installs and passes every check.
# `make lock` pins the dependencies anew; `make help` lists all there is.

PYTHON ?= python3
VENV   ?= .venv
STORE  ?= ./incident-graph
PORT   ?= 8000
ARGS   ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
OWN := $(PIP) install --no-deps --no-build-isolation --editable .

.DEFAULT_GOAL := help
.PHONY: help run test check train install clean lock

help: ## list these
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ -/'

run: $(VENV)/installed ## install, load the example reports, and serve them at http://localhost:8000
	$(BIN)/incidentgraph --store $(STORE) load examples/reports
	$(BIN)/incidentgraph --store $(STORE) serve --port $(PORT)

install: $(VENV)/installed ## install into .venv, and no more

test: $(VENV)/installed-test check ## install what the tests need, and run them all
	$(BIN)/pytest $(ARGS)

train: $(VENV)/installed ## make the reading weights anew (some hours on two cores; ENCODER=FOLDER takes other BERT-like weights)
	$(PIP) install --editable '.[train]'
	for half in 0 1; do \
	  $(BIN)/python -m training.train --out build/half-$$half --half $$half && \
	  $(BIN)/python -m training.export build/half-$$half --to build/encoder/encoder-$$half || exit 1; done
	$(BIN)/python -m training.train --out build/whole
	$(BIN)/python -m training.export build/whole
	$(BIN)/python -m training.score_candidates --halves build/encoder
	$(BIN)/python -m training.join --halves build/encoder
	$(BIN)/python -m training.review --halves build/encoder

check: $(VENV)/installed-test ## lint, format and types
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy

$(VENV)/installed: requirements.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements.txt
	$(OWN)
	@touch $@

$(VENV)/installed-test: requirements-test.txt pyproject.toml | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-test.txt
	$(OWN)
	@touch $@ $(VENV)/installed

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 11) <= v < (3, 14))' || \
	  { echo "Python 3.11, 3.12 or 3.13 is needed: make PYTHON=/path/to/python3.12 …"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Hashes of every file of every platform, and no address of an index: the user's own is asked.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-annotate --custom-compile-command "make lock" --quiet $(UPGRADE)

lock: ## pin the dependencies anew (needs uv; UPGRADE=--upgrade takes newer ones)
	$(LOCK) --extra build --output-file requirements.txt
	$(LOCK) --extra build --extra test --extra llm --constraint requirements.txt --output-file requirements-test.txt

clean: ## remove what was built and installed
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache
