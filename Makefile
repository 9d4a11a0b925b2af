# Everything here works on a machine that has python3 (3.11 or newer), make and the package registries.
#   make run PORT=8001          another port          make test ARGS="tests/cli -k lock"   some tests
#   make run PYTHON=python3.12  another interpreter   make test JOBS=4                     more at once
PYTHON ?= python3
BIN := .venv/bin
# One more than a small machine has processors: tests also wait, for browsers, databases, processes.
JOBS ?= 3
ARGS ?=
ifneq ($(origin PYTHON),file)
export PORTAL_PYTHON_CHOSEN = 1
endif
# Never a second copy of the pip-compile options: `make lock` is the only place that writes the pins.
COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options

.DEFAULT_GOAL := help
.PHONY: help run test faults soak check format bench lock clean setup setup-dev

help:            ## this list
	@grep -E '^[a-z-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */  make \1\t/' | expand -t 20

run: setup       ## start the portal; the address is printed (PORT=8000, DATABASE_URL, REDIS_URL)
	@exec $(BIN)/flask --app wsgi up

test: setup-dev  ## all tests, with a real PostgreSQL, Redis and browser (ARGS="...", JOBS=3)
	@$(BIN)/python scripts/ensure_chromium.py
# Compiled code is kept, whatever the environment says: each process of the run would compile it again.
	@PYTHONDONTWRITEBYTECODE= exec $(BIN)/python -m pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder $(ARGS)

faults: setup-dev ## every fault against real processes, with a table at the end (ARGS="-k redis")
	@FAULTS_LONG=full exec $(BIN)/python -m pytest tests/faults $(ARGS)

soak: setup-dev  ## people and faults at random for MINUTES, replayed by SEED (KINDS="postgres")
	@FAULTS_LONG=1 SOAK_MINUTES=$(or $(MINUTES),10) SOAK_SEED=$(SEED) SOAK_KINDS="$(KINDS)" \
		exec $(BIN)/python -m pytest tests/faults/test_soak.py $(ARGS)

check: setup-dev ## format, lint, types, import layers, templates
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .import_linter_cache
	$(BIN)/djlint --quiet --lint templates

format: setup-dev ## put format and import order right
	$(BIN)/ruff check --fix --exit-zero .
	$(BIN)/ruff format .

bench:           ## how fast it is, against others and against itself (ARGS="decide", ARGS="lists --on postgres")
	@PORTAL_VENV=var/bench/venv $(PYTHON) scripts/bootstrap.py bench/requirements.txt
	@exec var/bench/venv/bin/python -m bench $(ARGS)

lock: setup-dev  ## pin again from requirements.in and requirements-dev.in
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --output-file requirements.txt requirements.in
	CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE) --output-file requirements-dev.txt requirements-dev.in
	cd bench && CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE:$(BIN)%=../$(BIN)%) --output-file requirements.txt requirements.in
	cd bench/peers && for peer in wagtail fab; do \
		CUSTOM_COMPILE_COMMAND="make lock" $(COMPILE:$(BIN)%=../../$(BIN)%) --output-file $$peer.txt $$peer.in || exit 1; done

clean:           ## remove the environment and caches; keeps var/ (your data)
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results
	find . -name __pycache__ -not -path './node_modules/*' -prune -exec rm -rf {} +

setup:
	@$(PYTHON) scripts/bootstrap.py requirements.txt

setup-dev:
	@$(PYTHON) scripts/bootstrap.py requirements-dev.txt
