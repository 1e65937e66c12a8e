# Two commands: `make run` serves the archive, `make test` runs every test.  `make help` lists the rest.

# The first of these that is new enough; `make PYTHON=/path/to/python` names another.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null && echo $$p && exit; done; echo python3)
PORT ?= 8000
SEEDS ?= seeds
VENV := .venv
PY := $(VENV)/bin/python
# Compiled here, and not by GNU gettext: a fresh machine has none.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard newsroom/locale/*/LC_MESSAGES/django.po))
PIP_INSTALL := $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.PHONY: help run test check setup setup-dev admin bench-import bench-tag bench-search bench-desk bench-review bench-rules budget messages lock screenshots clean

help:  ## list these commands
	@sed -n 's/^\([a-z-]*\):[^#]*## /\1: /p' $(MAKEFILE_LIST) | while IFS=: read -r name text; do \
		printf '  make %-14s%s\n' "$$name" "$$text"; done

run: setup  ## install, import SEEDS (default: seeds/) and serve on PORT (default: 8000)
	@exec $(PY) manage.py serve --port "$(PORT)" --seeds "$(SEEDS)"

test: setup-dev  ## install what tests need and run all of them (ARGS="-k word" for some)
	@$(PY) -m pytest -n auto --dist worksteal $(ARGS)

check: setup-dev  ## lint, types, templates, deployment settings, migrations
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/djade --check --target-version 6.0 $$(git ls-files 'templates/*.html')
	$(PY) manage.py makemigrations --check --dry-run
	HTTPS=1 SECRET_KEY="$$($(PY) -c 'import secrets; print(secrets.token_urlsafe(50))')" \
		$(PY) manage.py check --deploy --fail-level WARNING
	$(PY) manage.py lint_gazetteer --passages tests/tagging/passages

setup: $(VENV)/base.stamp $(CATALOGUES)  ## install what running needs into .venv/, and nothing else

setup-dev: setup $(VENV)/dev.stamp  ## install what tests, checks and screenshots need as well

admin: setup  ## make an admin account: asks for name and password
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py createsuperuser --email ""

screenshots: setup-dev  ## take the pictures of the README and the docs with Chromium
	@$(PY) docs/screenshots.py

bench-import: setup  ## import N made-up articles (default: 10000) and say how fast that was
	@$(PY) benchmarks/import_speed.py $(or $(N),10000) $(ARGS)

bench-tag: setup  ## tag articles (FILE=articles.jsonl; default: made-up ones) and say how fast that was
	@$(PY) benchmarks/tag_speed.py $(FILE) $(ARGS)

bench-search: setup  ## search a made-up archive of N articles (default: 100000) and say how fast that was
	@$(PY) benchmarks/search_speed.py $(or $(N),100000) $(ARGS)

budget: setup  ## weigh the pages of an archive of SEEDS as a browser loads them, against 60 kB
	@$(PY) benchmarks/page_budget.py --seeds "$(SEEDS)"

bench-desk: setup  ## ask for every page of the admin with the archive in DIR (ARGS="--make N" makes one)
	@$(PY) benchmarks/desk_speed.py $(DIR) $(ARGS)

messages: setup  ## bring the catalogues of translations up to what code and templates say
	@$(PY) -m newsroom.catalogs update

bench-rules: setup  ## try changes of rules on N made-up articles (default: 100000): seconds, and predicted = real
	@$(PY) benchmarks/rule_lab_speed.py $(or $(N),100000) $(ARGS)

bench-review: setup  ## review N suggestions (default: 10000) through the real views and time each decision
	@$(PY) benchmarks/review_speed.py $(or $(N),10000) $(ARGS)

lock:  ## pin requirements/*.in with hashes (needs the network)
	@for name in base postgres codes dev; do \
		$(VENV)/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-annotate \
			--no-emit-index-url --custom-compile-command "make lock" \
			requirements/$$name.in -o requirements/$$name.txt || exit 1; done

clean:  ## remove the environment; the archive in var/ stays
	rm -rf $(VENV)

$(PY):
	@$(PYTHON) -c '' 2>/dev/null || { echo "Python 3.12 or newer is needed; $(PYTHON) does not run." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; v = sys.version.split()[0]; sys.exit(None if sys.version_info >= (3, 12) else \
		f"Python 3.12 or newer is needed; $(PYTHON) is {v}. Try: make $(MAKECMDGOALS) PYTHON=python3.13")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/base.stamp: $(PY) requirements/base.txt requirements/postgres.txt
	@echo "Installing into $(VENV)/ ..."
	@$(PIP_INSTALL) -r requirements/base.txt -r requirements/postgres.txt
	@touch $@

%.mo: %.po | $(VENV)/base.stamp
	@$(PY) -m newsroom.catalogs

$(VENV)/dev.stamp: $(VENV)/base.stamp requirements/dev.txt
	@echo "Installing what tests need ..."
	@$(PIP_INSTALL) -r requirements/dev.txt
	@touch $@
