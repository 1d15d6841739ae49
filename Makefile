# make serve · make test · make build · make lint · make bench: each sets up what it needs in .venv.

VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8000
# make serve NOTEBOOKS=no, make build NOTEBOOKS=no: the site without the notebooks that run in the browser.
NOTEBOOKS ?= yes
WHICH := $(if $(filter no,$(NOTEBOOKS)),--no-notebooks)
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
VERSION := import sys; print(sys.version_info[:2])
# The first Python that is new enough; PYTHON=… names another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done)
# What is imported is compiled then, once. pip would compile all that it installs, for as long as installing takes.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet --no-compile
unexport PYTHONDONTWRITEBYTECODE
OFFLINE := { echo "pip could not get the packages; its own words stand above. Is the machine online?" \
	"It needs PyPI, or the index that pip is set to. Then run make again." >&2; exit 1; }

# A .venv is made anew if its Python no longer runs, is too old, or is another than the PYTHON that was asked for.
ifneq ($(wildcard $(VENV)/.ready),)
ifneq ($(shell $(BIN)/python -c '$(NEW_ENOUGH)' 2>/dev/null && echo yes),yes)
STALE := stale
else ifneq ($(origin PYTHON),file)
ifneq ($(shell $(PYTHON) -c '$(VERSION)' 2>/dev/null),$(shell $(BIN)/python -c '$(VERSION)'))
STALE := stale
endif
endif
endif

# Node from the PATH if it is 20 or newer and has npm, else the one that PyPI packs.
NODE := $(shell node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' 2>/dev/null \
	&& command -v npm >/dev/null 2>&1 && echo path)
ifeq ($(NODE),path)
NPM := npm
else
NPM := $(BIN)/python tests/run_npm.py
endif

.PHONY: serve build test prepared lint types chromium nbgrader postgresql bench requirements clean python stale

serve: $(VENV)/.ready
	@$(BIN)/redpencil serve --port $(PORT) $(WHICH)

build: $(VENV)/.ready
	@$(BIN)/redpencil build --output _build/html $(WHICH)

# A file's tests run in one process, in its order: what they share is made once. The slowest files come first.
# nbval, which one test runs in a process of its own, loads for seconds in every process that only looks for it.
test:
	@$(MAKE) --no-print-directory --jobs=2 prepared
	@$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder -p no:nbval

# What comes before the tests, two at a time: pip takes one core. Any Python makes nbgrader's environment, so that it
# need not wait for .venv. Of Chromium and PostgreSQL one at a time may be installed.
prepared: nbgrader lint types postgresql

ifneq ($(PYTHON),)
nbgrader: | python
	@$(PYTHON) tests/set_up_nbgrader.py
else
nbgrader: $(VENV)/.ready-dev
	@$(BIN)/python tests/set_up_nbgrader.py
endif

chromium: $(VENV)/.ready-dev
	@$(BIN)/python tests/set_up_chromium.py

postgresql: chromium
	@$(BIN)/python tests/set_up_postgresql.py

lint: $(VENV)/.ready-dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

# The component's modules, checked by their JSDoc types.
types: node_modules/.ready
	@$(NPM) run --silent check

# No timed run has to compile.
bench: $(VENV)/.ready-dev node_modules/.ready
	@$(BIN)/python -m compileall -q -j 0 $(VENV)/lib src || true
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/detectors/detectors.py
	@$(BIN)/python benchmarks/annotators/annotators.py
	@$(BIN)/python benchmarks/names/names.py
	@$(BIN)/python tests/set_up_chromium.py
	@$(BIN)/python benchmarks/site/start.py

# The exact pins, from what pyproject.toml asks for.
requirements: $(VENV)/.ready-dev
	$(BIN)/uv pip compile pyproject.toml --extra book --universal --python-version 3.11 --no-emit-index-url \
		--no-annotate --custom-compile-command "make requirements" -o requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra book --extra dev --universal --python-version 3.11 --no-emit-index-url \
		--no-annotate --custom-compile-command "make requirements" -o requirements-dev.txt

clean:
	rm -rf _build build dist node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.ready: requirements.txt pyproject.toml $(STALE) | python
	@echo "Setting up $(VENV): a minute or two, once."
	@$(PYTHON) -m venv --clear $(VENV)
	@$(PIP) -r requirements.txt || $(OFFLINE)
	@$(PIP) --no-build-isolation --no-deps -e .
	@touch $@

$(VENV)/.ready-dev: requirements-dev.txt $(VENV)/.ready
	@echo "Adding what tests need to $(VENV)."
	@$(PIP) -r requirements-dev.txt || $(OFFLINE)
	@touch $@

node_modules/.ready: package.json package-lock.json | $(VENV)/.ready-dev
	@$(NPM) ci --silent --no-audit --no-fund
	@touch $@

python:
	@test -n "$(PYTHON)" || { echo "Red Pencil needs Python 3.11 or newer, and there is none on the PATH." \
		"Install it (Debian: apt-get install python3 python3-venv; others: python.org), then run make again." >&2; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "$(PYTHON) is not Python 3.11 or newer:" \
		"$$($(PYTHON) --version 2>&1). Name a newer one (make serve PYTHON=python3.12), or leave PYTHON out." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "$(PYTHON) cannot make virtual environments." \
		"On Debian or Ubuntu: apt-get install python3-venv. Then run make again." >&2; exit 1; }
