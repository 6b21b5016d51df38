# `make help` lists what can be done. Everything else is made as needed: uv, both environments, the model, the database.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON3 := $(shell command -v python3 || command -v python)
PYTHON := .venv/bin/python
PYTHON_BOT := bot/.venv/bin/python
# Where this is set, each process would compile all its libraries anew; empty counts as not set.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help run test test-replicas backup restore lint types train eval validate bench admin review-export remove-examples retention audit lock clean environments environments-dev

help: ## This list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-16s %s\n", $$1, $$2}'

environments:
	@test -n "$(PYTHON3)" || { echo "Python 3.9 or newer is needed to start. Install python3 and try again." >&2; exit 1; }
	@$(PYTHON3) scripts/bootstrap.py

environments-dev:
	@test -n "$(PYTHON3)" || { echo "Python 3.9 or newer is needed to start. Install python3 and try again." >&2; exit 1; }
	@$(PYTHON3) scripts/bootstrap.py --dev

run: environments ## Start everything and print the address to open
	@$(PYTHON) -m scripts.run

# A worker more than there are cores: one calculates while another waits for a process or a browser.
test: environments-dev ## All checks and tests on one machine
	@$(MAKE) --no-print-directory -j 4 lint types validate train
	@$(PYTHON_BOT) -m pytest -n 2 --dist loadfile --no-loadscope-reorder -c bot/pytest.ini --rootdir . tests/bot
	@$(PYTHON) -m pytest -n 3 --dist loadfile --no-loadscope-reorder --ignore tests/bot

lint: environments-dev ## Style of the code
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .

types: environments-dev ## Types of api, actions and scripts, strict
	@$(PYTHON) -m mypy

train: environments ## Train the model when the training data changed
	@$(PYTHON) -m scripts.model

eval: environments ## Measure how well the model understands and the safety detectors notice; writes docs/
	@$(PYTHON) -m scripts.model
	@$(PYTHON_BOT) -m bot.evaluation --model "$$($(PYTHON) -m scripts.model)"
	@$(PYTHON) -m scripts.safety_eval --write

validate: environments-dev ## Rasa's check of domain, rules and training data; warnings are errors
	@$(PYTHON_BOT) -m bot.validate

bench: environments-dev ## Measure everything, next to stock Rasa (its training takes hours, once); writes docs/benchmarks.md
	@$(PYTHON) -m bench

admin: environments ## Print a one-time link to an account of the console (EMAIL=… NAME="…")
	@$(PYTHON) -m scripts.create_admin "$(EMAIL)" "$(NAME)"

review-export: environments ## Train on what counsellors have reviewed; refused when the bot gets worse
	@$(PYTHON) -m scripts.review_export

backup: environments ## Write all databases into one file (FILE=…)
	@$(PYTHON) -m scripts.backup $(FILE)

restore: environments ## Put a backup in place of the databases, with the service stopped (FILE=…)
	@test -n "$(FILE)" || { echo "Say which file: make restore FILE=var/backups/…" >&2; exit 1; }
	@$(PYTHON) -m scripts.backup --restore "$(FILE)"

test-replicas: TESTS ?= tests/e2e
test-replicas: environments-dev train ## The end-to-end tests on PostgreSQL and Redis, two of each process behind nginx
	@DROGOWSKAZ_TOPOLOGY=replicas $(PYTHON) -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(TESTS)

remove-examples: environments ## Take the example dates of courses out of the catalogue
	@$(PYTHON) -m scripts.remove_examples

retention: environments ## Clear now what is older than the settings allow (the API does it once a day)
	@$(PYTHON) -m scripts.retention

audit: environments-dev ## Ask the advisory service about all locked libraries
	@$(PYTHON) -m scripts.audit

lock: ## Compile the requirement files after a change of a pyproject.toml
	@.ci/lock

clean: ## Remove the environments and everything that was made
	rm -rf .venv bot/.venv .tools var
