# Everything here works on a fresh machine with make, git and Python 3.11 or newer, also with
# the GNU make 3.81 of macOS. All of it lives in .venv, which is made when first needed.

.DEFAULT_GOAL := help
.PHONY: help study test test-long demo build lint clean

help:
	@echo 'make study      set everything up and open the course in JupyterLab'
	@echo 'make demo       do the job of an instructor, end to end, on a simulated class'
	@echo 'make test       run every check and test but those that run for minutes'
	@echo 'make test-long  run the tests with the big numbers'
	@echo 'make build      make notebooks/ and solutions/ from source/'
	@echo 'make lint       check style and types only'
	@echo 'make clean      remove what these commands made, except your work'

study: .venv/learner
	@.venv/bin/byhand study

demo: .venv/developer
	@.venv/bin/byhand demo

test: lint
	.venv/bin/pytest -ra -m 'not long' -n auto --dist loadgroup

test-long: .venv/developer
	.venv/bin/pytest -ra -s -m long

build: .venv/developer
	@.venv/bin/byhand build

lint: .venv/developer
	.venv/bin/ruff check byhand tests nbgrader_config.py
	.venv/bin/ruff format --check byhand tests nbgrader_config.py
	.venv/bin/mypy

clean:
	rm -rf .venv dist build demo .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A developer has what a learner has, in the same versions, and more: the two share .venv. Each
# of these files appears after a complete install only, so that an interrupted one is done again.
requirements := pyproject.toml requirements.txt
# Python compiles a module when it is first imported: most of them never are
pip := .venv/bin/python -m pip --disable-pip-version-check install --quiet --no-compile

.venv/learner: .venv/made $(requirements)
	@echo 'Installing what the course needs into .venv: this takes a few minutes, once.'
	@$(pip) -r requirements.txt
	@touch $@

.venv/developer: .venv/made $(requirements)
	@echo 'Installing what the tests need into .venv: this takes a few minutes, once.'
	@$(pip) -r requirements.txt -e '.[dev]'
	@touch .venv/learner $@

# An environment knows its own path and its Python: it is made anew after a move of this folder,
# or if its Python is gone.
ifneq ($(shell .venv/bin/python -c '' 2>/dev/null && cat .venv/made),$(CURDIR))
.PHONY: .venv/made
endif

.venv/made:
	@test -n '$(python)' || { \
	echo 'No Python 3.11 or newer was found: install one and try again' \
	'(www.python.org/downloads; on Debian and Ubuntu: apt install python3-venv).' >&2; exit 1; }
	@rm -rf .venv
	@$(python) -m venv .venv
	@pwd -P > $@

# the first that is new enough and can make an environment (Debian packs ensurepip separately)
python = $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$python && break; done)
