# `make help` explains the targets. Each step leaves a stamp, so that what is up to date is not done again.
SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:
.DELETE_ON_ERROR:
# The browser libraries and the demo county come while the inner loops are compiled.
MAKEFLAGS += --jobs=2
# Where it is set, every command would compile every package that it imports anew, for seconds.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
DEMO_DAY ?= 2026-11-12
DEMO_SECONDS ?= 12
DEMO_WORKERS ?= 2
TEST_WORKERS ?= 2

BIN := .venv/bin
INSTANCE := $(if $(STRAWLINE_INSTANCE),$(STRAWLINE_INSTANCE),instance)
DEMO := data/haining
DEMO_PLAN := $(INSTANCE)/demo-plan
KERNELS := $(wildcard solver/hauling/*.py)
CATALOGUES := $(wildcard app/translations/*/LC_MESSAGES/*.po)

.PHONY: help setup run test check bench bench-money bench-verification chaos demo-data clean lock translations

help: ## Explain the targets
	@echo "Strawline plans how a county's straw leaves its fields. Targets:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-19s %s\n", $$1, $$2}' Makefile
	@echo "Settings: PORT=8000 HOST=127.0.0.1 PYTHON=python3 (3.11 or later)"

setup: .venv/.app .venv/.assets .venv/.catalogues .venv/.kernels ## Install the pinned packages, build the assets, compile the inner loops

run: setup $(INSTANCE)/.demo-loaded ## Set up, load and plan the demo county, serve it on 127.0.0.1:8000
	@$(BIN)/strawline init --demo
	@$(BIN)/strawline demo-gate
	@$(BIN)/strawline demo-money
	@echo "Open http://$(HOST):$(PORT)/ and log in with one of the accounts above."
	@$(BIN)/strawline serve --host $(HOST) --port $(PORT)

# A file's tests stay together: what it prepares is prepared once, and its browser has ended before the app is tested
# again. Files begin in the order of their names, the long ones of the app and the browser before the solver's short ones.
test: setup .venv/.dev ## Set up and run every test; prints branch coverage
	@sh scripts/find_chromium.sh
	$(BIN)/python -m pytest --numprocesses=$(TEST_WORKERS) --dist=loadfile --no-loadscope-reorder --cov --cov-report=term

check: .venv/.dev .venv/.catalogues ## Format, lint, types, import contracts, translations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python scripts/translations.py check

bench: setup .venv/.dev ## Measure, write docs/benchmarks.md (ONLY=hauls-a,routing some; ALL=1 those of hours too)
	$(BIN)/python -m tests.benchmarks $(if $(ONLY),--only $(ONLY)) $(if $(ALL),--all)

bench-verification: .venv/.dev ## Plant frauds into clean tickets (SEEDS=20) and count which are found
	$(BIN)/python -m tests.verification.bench --seeds $(or $(SEEDS),20)

bench-money: setup .venv/.dev ## Close a year of 60,000 tickets month by month on both databases (about half an hour)
	$(BIN)/python -m tests.app.billing.bench

# One process: what it measures is not to be shared. The short size of the same tests is part of `make test`.
chaos: setup .venv/.dev ## Break things for hours, with SIZE=release for minutes (TESTS=r3 chooses); see docs/chaos.md
	@sh scripts/find_chromium.sh
	STRAWLINE_CHAOS=$(or $(SIZE),long) $(BIN)/python -m pytest tests/chaos \
		tests/yard_rules/layouts/test_raster_agrees.py --numprocesses=0 -v $(if $(TESTS),-k "$(TESTS)")

demo-data: .venv/.app ## Make data/haining and data/one_town again, byte for byte
	$(BIN)/strawline demo-data

clean: ## Remove everything that was installed or built; keeps instance/ (the database)
	rm -rf .venv node_modules app/static/vendor build htmlcov .coverage .pytest_cache .mypy_cache .ruff_cache
	rm -rf .import_linter_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find app -name '*.mo' -delete

lock: .venv/.dev ## Compile requirements*.txt from pyproject.toml, keeping versions that still fit
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra dev pyproject.toml -o requirements-dev.txt

translations: .venv/.dev ## Bring the catalogue up to date with the sources (then translate what is new)
	$(BIN)/python scripts/translations.py update

.venv/.tools: requirements-build.txt scripts/make_venv.sh
	@echo "[1/7] virtual environment in .venv"
	@sh scripts/make_venv.sh $(PYTHON)
	@touch $@

.venv/.packages: requirements.txt .venv/.tools
	@echo "[2/7] Python packages"
	@sh scripts/pip_install.sh requirements.txt
	@touch $@

.venv/.app: pyproject.toml .venv/.packages
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev: requirements-dev.txt .venv/.app
	@echo "      Python packages for development"
	@sh scripts/pip_install.sh requirements-dev.txt
	@touch $@

.venv/.assets: package.json package-lock.json scripts/copy_assets.mjs scripts/npm.sh .venv/.packages
	@echo "[3/7] browser libraries"
	@sh scripts/npm.sh ci --silent --ignore-scripts --no-audit --no-fund
	@sh scripts/npm.sh run --silent assets
	@touch $@

.venv/.catalogues: $(CATALOGUES) scripts/translations.py .venv/.app
	@echo "[4/7] translations"
	@$(BIN)/python scripts/translations.py compile
	@touch $@

# numba keeps what it compiles beside the sources; without this step the first plan after each change would pay for it.
# It looks at a kernel's own file only, so all go when one has changed.
.venv/.kernels: $(KERNELS) .venv/.app
	@echo "[5/7] compiling the planner's inner loops (about a minute)"
	@mkdir -p build
	@find solver -name '*.nb[ic]' -delete
	@$(BIN)/strawline plan data/one_town --day 2026-11-09 --seconds 60 --workers 2 \
		--out build/warm-up >build/warm-up.log 2>&1 \
		|| { cat build/warm-up.log; exit 1; }
	@touch $@

$(DEMO_PLAN)/.planned: $(wildcard $(DEMO)/*.csv $(DEMO)/roads.graphml) $(DEMO)/scenario.toml | .venv/.app .venv/.kernels
	@echo "[6/7] planning $(DEMO_DAY) of the demo county (about $(DEMO_SECONDS) s for the day, more for the season)"
	@mkdir -p -m 700 $(INSTANCE)
	@rm -rf $(DEMO_PLAN)
	@$(BIN)/strawline plan $(DEMO) --day $(DEMO_DAY) --seconds $(DEMO_SECONDS) --workers $(DEMO_WORKERS) --out $(DEMO_PLAN)
	@touch $@

# while the inner loops are compiled
$(INSTANCE)/.demo-scenario: $(wildcard $(DEMO)/*.csv $(DEMO)/roads.graphml) $(DEMO)/scenario.toml | .venv/.app
	@mkdir -p -m 700 $(INSTANCE)
	@$(BIN)/strawline init
	@$(BIN)/strawline import scenario $(DEMO)
	@touch $@

$(INSTANCE)/.demo-loaded: $(DEMO_PLAN)/.planned $(INSTANCE)/.demo-scenario | setup
	@echo "[7/7] loading the plan of the demo county"
	@$(BIN)/strawline import plan $(DEMO_PLAN)
	@touch $@
