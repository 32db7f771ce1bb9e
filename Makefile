# Two commands are all a fresh machine needs: `make plan` and `make test`.
PYTHON ?= python3
VENV   := .venv
RUN    := $(VENV)/bin
READY  := $(VENV)/.ready
SUDO   := $(shell [ $$(id -u) = 0 ] || echo sudo)

.PHONY: help plan test test-studies test-browser test-office test-slow fuzz browser office bench bench-build bench-sweep cluster-demo docs price-tags clean

help: ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable '.[test,cluster,web]'
	@touch $(READY)

plan: $(READY) ## solve the flagship instance to an Excel plan and check it
	$(RUN)/planner solve instances/china-2022
	$(RUN)/planner verify outputs/china-2022/base

test: $(READY) ## the tests (under 10 minutes on 2 cores)
	$(RUN)/python -m pytest -n auto --dist loadfile -m "not slow and not public and not fuzz and not browser and not office and not studies"

test-studies: $(READY) ## the tests of the study engine and of every study
	$(RUN)/python -m pytest -n auto --dist loadfile -m "studies and not slow"

test-browser: $(READY) ## the tests in Chromium: report.html and the browser app (`make browser` installs what they need)
	$(RUN)/python -m pytest -n auto --dist loadfile -m "browser and not slow"

test-office: $(READY) ## workbooks opened and saved in LibreOffice (`make office` installs it)
	$(RUN)/python -m pytest -n auto --dist loadfile -m "office and not slow"

test-slow: $(READY) ## the tests that take minutes
	$(RUN)/python -m pytest -m "slow and not fuzz"

fuzz: $(READY) ## 2,000 mutants of instances, 500 of workbooks, 200 random checks (an hour; goes on where it stopped)
	@mkdir -p .fuzz
	$(RUN)/python -m tests.fuzz.run instances --cases 2000 --log .fuzz/instances.jsonl
	$(RUN)/python -m tests.fuzz.run workbooks --cases 500 --log .fuzz/workbooks.jsonl
	$(RUN)/python -m pytest -m fuzz tests/test_independent.py

# Debian's packages; other systems have the same programs under other names.
browser: ## install a browser for the tests that need one (Debian; asks for root)
	$(SUDO) apt-get update -q && $(SUDO) apt-get install -yq --no-install-recommends chromium chromium-driver fonts-noto-cjk

office: ## install LibreOffice for the tests that recalculate workbooks (Debian; asks for root)
	$(SUDO) apt-get update -q && $(SUDO) apt-get install -yq --no-install-recommends libreoffice-calc fonts-noto-cjk

$(VENV)/.bench: $(READY)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable '.[bench]'
	@touch $@

bench-build: $(VENV)/.bench ## building and hand-over, against Pyomo's own HiGHS interface and linopy
	$(RUN)/python -m tests.benchmarks.build --write

bench: bench-build ## also the search: against rivals, live against cold, growth (two hours or more)
	$(RUN)/python -m tests.benchmarks.search live --write
	$(RUN)/python -m tests.benchmarks.search rivals --scenario all-mechanisms --write
	$(RUN)/python -m tests.benchmarks.search growth --limit 3600 --write

bench-sweep: $(READY) ## a sweep of 100 scenarios against cold solves (half an hour)
	$(RUN)/python -m tests.benchmarks.sweep --write

cluster-demo: $(READY) ## a scheduler and two workers on this machine run a sweep; its table against a local one
	$(RUN)/python -m planner.cli.cluster_demo

docs: $(READY) ## the manual pages, from the mechanism records
	$(RUN)/python -m planner.report.manual docs

price-tags: $(READY) ## what each mechanism costs on the flagship (long; goes on where it stopped)
	$(RUN)/python -m planner.price_tags instances/china-2022 --on all --out docs/mechanisms/costs.csv

clean: ## remove the environment and caches (plans in outputs/ stay)
	rm -rf $(VENV) build *.egg-info .pytest_cache
	find . -name __pycache__ -not -path './$(VENV)/*' -exec rm -rf {} +
