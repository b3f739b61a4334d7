# Everything a developer types. `make` alone lists it.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

BIN := .venv/bin
# make serve PORT=8080, make pytest WORKERS=4 ARGS="-k feeds"
PORT ?= 8000
# One more than the cores of a small machine: browsers, services and killed publications are waited for. Each takes a
# file of tests at a time, for what a file shares is made once then.
WORKERS ?= 3
ARGS ?=
PYTHON_FILES := congtin plugins tests bench tools pelicanconf.py publishconf.py

.PHONY: audit help setup setup-test run test lint format types pytest build check serve translations lock clean bench bench-gate bench-publish verify-long drill

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv with congtin in it
	@tools/setup.sh run

setup-test: ## the same, and all that the tests need (Chromium, Java, nginx, restic, fonts, Node packages)
	@tools/setup.sh test

run: setup ## set up, build every site, serve them on this machine
	@$(BIN)/congtin build
	@$(BIN)/congtin serve --port $(PORT)

test: ## set up, then lint, types and every test, with the time each part took
	@tools/parts.sh setup-test lint types pytest

lint: setup-test ## ruff: rules and formatting
	@$(BIN)/ruff check $(wildcard $(PYTHON_FILES))
	@$(BIN)/ruff format --check $(wildcard $(PYTHON_FILES))

format: setup-test ## let ruff mend what it can and format the rest
	@$(BIN)/ruff check --fix-only $(wildcard $(PYTHON_FILES))
	@$(BIN)/ruff format $(wildcard $(PYTHON_FILES))

types: setup-test ## mypy --strict over the engine
	@$(BIN)/mypy --strict congtin

pytest: setup-test ## the tests alone: make pytest ARGS="-k feeds"
	@$(BIN)/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

build: setup ## build every site into output/
	@$(BIN)/congtin build $(ARGS)

check: setup ## check the content and the sites without building them
	@$(BIN)/congtin check $(ARGS)

serve: setup ## serve what was built: make serve PORT=8000
	@$(BIN)/congtin serve --port $(PORT) $(ARGS)

translations: setup ## bring the message catalogues up to date with the sources
	@$(BIN)/python tools/translations.py update

# A pin that still fits pyproject.toml is kept; UPGRADE=1 takes the newest of everything.
UV_COMPILE = $(BIN)/uv --no-config --quiet pip compile pyproject.toml requirements/build.in \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)

lock: ## pin every dependency with its hashes anew: make lock, make lock UPGRADE=1
	@tools/setup.sh test || test -x $(BIN)/uv
	@$(UV_COMPILE) --extra test --extra lock --output-file requirements/lock.txt
	@$(UV_COMPILE) --constraint requirements/lock.txt --output-file requirements/runtime.txt
	@$(BIN)/uv --no-config --quiet pip compile requirements/bench.in --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command 'make lock' \
		$(if $(UPGRADE),--upgrade) --output-file requirements/bench.txt

bench: setup ## measure against Hugo and Pelican, write docs/performance.md: make bench ARGS="--cases 2,5"
	@$(BIN)/python bench/run.py $(ARGS)

bench-gate: setup ## what a push, and a check of one Change, cost at 100,000 Items
	@$(BIN)/python bench/push.py build/bench/push
	@$(BIN)/python bench/check_change.py build/bench/check

bench-publish: setup ## one Item from merge to live, against a full publication of 391 Sites
	@$(BIN)/python bench/publish.py build/bench/publish --json build/bench/publish.json $(ARGS)

drill: setup-test ## publishing proved in full: 200 kills, 50 switches under load, every host, restore; minutes to hours
	@$(BIN)/python tools/drill.py $(ARGS)

audit: setup-test ## judge all pages: Nu, axe, Lighthouse, links, keyboard; writes docs/audit.md; an hour, --all takes a night
	@$(BIN)/python tools/audit.py $(ARGS)

verify-long: setup-test ## 300 random series of edits and 200 interrupted builds, with a new seed
	@$(BIN)/python tools/verify_long.py $(ARGS)

clean: ## remove what builds, tests and tools wrote (.venv and node_modules stay)
	@rm -rf output .congtin build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find congtin plugins tests bench tools -name __pycache__ -type d -prune -exec rm -rf {} +
