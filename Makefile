# Everything that a checkout can do. `make` lists it; `make run` needs nothing but make and Python 3.11 or newer.

# The first Python that is new enough; if there is none, bootstrap.py runs under the old one and says so.
PYTHON ?= $(or $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done),python3)

JOB ?= wordcount

# Unexpanded, so that what stands in ARGS='…' reaches the shell as it was written, quotes and dollars included.
RAW_ARGS = $(value ARGS)

# Each with a session of its own; the tests of a file stay together, for what they share.
ON_TWO_CORES = -n 2 --dist loadfile

UV = uv==0.13.9
COMPILE = .tools/uv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes \
    --no-emit-index-url --custom-compile-command 'make lock' --quiet $(RAW_ARGS)

# Runs each of the commands in $(1) out of .venv, stops at the first that fails, says how long each took.
define each_timed
@set -e; for command in $(1); do \
    echo "== $$command"; start=$$(date +%s); \
    .venv/bin/$$command || { code=$$?; echo "== $$command: failed" >&2; exit $$code; }; \
    echo "== $$command: $$(($$(date +%s) - start)) s"; \
done
endef

.PHONY: help setup setup-dev setup-bench run test test-thorough test-doors test-smoke test-fresh lint format docs lock bench bench-advice \
    faults faults-baseline clean
.DEFAULT_GOAL := help

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-18s%s\n", $$1, $$2 }' Makefile

setup: ## make .venv with what running needs (done by the targets that need it)
	@$(PYTHON) tools/bootstrap.py run

setup-dev: ## make .venv with what developing needs (done by the targets that need it)
	@$(PYTHON) tools/bootstrap.py dev

setup-bench: ## make .venv with what measuring needs, peers included (done by the targets that need it)
	@$(PYTHON) tools/bootstrap.py bench

run: setup ## run a job: make run [JOB=wordcount] [ARGS='--input DIR --output DIR'], by default on data/
	@.venv/bin/hotset run $(JOB) $(or $(RAW_ARGS),$(shell $(PYTHON) tools/example.py $(JOB)))

test: setup-dev ## check format, lint, types and walls, then run the tests
	$(call each_timed,"ruff format --check" "ruff check" mypy lint-imports "pytest $(ON_TWO_CORES)")

test-thorough: setup-dev ## run large tables of cases and random ones through whole jobs; takes minutes
	@.venv/bin/pytest -m "thorough and not doors" $(ON_TWO_CORES) --durations 15

test-doors: setup-dev ## run jobs through every door: real processes, masters and signals; takes minutes
	@.venv/bin/pytest -m doors $(ON_TWO_CORES) --durations 30

test-smoke: setup-dev ## run only the few tests that show an installation works
	@.venv/bin/pytest -m smoke -q

test-fresh: setup ## try 'make run' and 'make test-smoke' on a copy, as on a machine without Java, Spark and caches
	@.venv/bin/python tools/fresh.py $(RAW_ARGS)

lint: setup-dev ## check lint, types and walls
	$(call each_timed,"ruff check" mypy lint-imports)

format: setup-dev ## rewrite the code in the project's format
	$(call each_timed,"ruff format" "ruff check --fix")

docs: setup-dev ## write what the documentation takes from the code: docs/api.md, the table of jobs
	@.venv/bin/python -m tools.docs

lock: ## pin the dependencies of pyproject.toml again; ARGS=--upgrade takes newer versions
	@$(PYTHON) -m venv --clear .tools/uv
	@.tools/uv/bin/python -m pip install -q --disable-pip-version-check $(UV)
	$(COMPILE) pyproject.toml -o requirements/run.txt
	$(COMPILE) --group build -c requirements/run.txt -o requirements/build.txt
	$(COMPILE) pyproject.toml --group dev --group build \
	    -c requirements/run.txt -c requirements/build.txt -o requirements/dev.txt
	$(COMPILE) pyproject.toml --group bench --group build -c requirements/dev.txt -o requirements/bench.txt

clean: ## remove .venv, .tools, out and every cache
	rm -rf .venv .tools out .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./.git -prune -o -name __pycache__ -prune -exec rm -rf {} +

bench: setup-bench ## measure a job beside its peers: make bench [JOB=wordcount] [ARGS='--size 300MB --rounds 3']
	@.venv/bin/python -m bench $(JOB) $(RAW_ARGS)

bench-advice: setup-bench ## measure every way to keep, and whether the lab and the advice chose well; goes on where it stopped
	@.venv/bin/python -m bench.advice $(RAW_ARGS)

faults: setup-dev ## break hotset in every way of docs/reliability.md; goes on where it stopped [ARGS='--rows 3,7']
	@.venv/bin/python -m faults $(RAW_ARGS)

faults-baseline: setup-dev ## the same faults against plain PySpark [ARGS='--rows 3,7']
	@.venv/bin/python -m faults --subject plain $(RAW_ARGS)
