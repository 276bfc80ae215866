# The book and its checks. `make help` lists the commands.
# All that is needed beforehand: make, and Python 3.11, 3.12 or 3.13. The first run sets up .venv and needs
# a network; later runs do not, as long as requirements.lock.txt stays as it is.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help book test serve lab draft locale trial golden lock env lint types data unit notebooks site status archive pdf clean distclean

LOCK := requirements.lock.txt
VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
JOBS ?= 2
PUBLISH := $(PY) -m analysis.publish

# This checkout and nothing of the user's: an installed copy of `analysis` or a personal
# IPython or matplotlib profile could otherwise change what is computed or shown.
export PYTHONPATH := $(CURDIR)
export PYTHONNOUSERSITE := 1
export PYTHONUTF8 := 1
export IPYTHONDIR := $(CURDIR)/_build/ipython
export MPLCONFIGDIR := $(CURDIR)/_build/matplotlib
export MPLBACKEND := module://matplotlib_inline.backend_inline
export JUPYTER_PREFER_ENV_PATH := 1
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
# Without compiled files every kernel would compile pandas again.
export PYTHONDONTWRITEBYTECODE :=
unexport VIRTUAL_ENV PYTHONHOME PYTHONSTARTUP PYTHONWARNINGS

help: ## list the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

book: env ## run the notebooks that are stale, build the book, say where it is
	@$(PUBLISH) book

test: env lint ## every check: lint, types, data, tests, notebooks (nbval), book in a browser
	@mkdir -p "$$IPYTHONDIR" "$$MPLCONFIGDIR"
	@$(MAKE) --no-print-directory --jobs=$(JOBS) types data built
	@echo "tests: notebooks through nbval, units and properties, the built book"
	@$(PY) -m pytest book tests --nbval --nbval-current-env -n $(JOBS) --dist loadscope --no-loadscope-reorder

.PHONY: built
built: env
	@$(PUBLISH) build || echo "book: not as it should be; the tests say where"

serve: book ## build the book and serve it on this machine (PORT=8000)
	@echo "the book is at http://localhost:$(PORT)/ (stop with Ctrl+C)"
	@$(PY) -m http.server --bind 127.0.0.1 --directory _build/html $(PORT)

lab: env ## open the notebooks in JupyterLab, to rerun and change them
	@mkdir -p "$$IPYTHONDIR" "$$MPLCONFIGDIR"
	@$(PY) -m jupyterlab --ServerApp.root_dir="$(CURDIR)" --LabApp.default_url=/lab/tree/book/index.ipynb

draft: env ## the book on another edition (DATA=DIR), and the list of sentences to rewrite
	@$(PUBLISH) draft "$(DATA)"

locale: env ## bring the Chinese catalogues up to date: what is to be translated, and what has changed
	@$(PUBLISH) locale

status: env ## which notebooks are stale, and why
	@$(PUBLISH) status

lint: env ## style of the code
	@$(PY) -m ruff format --check --quiet . || { $(PY) -m ruff format --check .; exit 1; }
	@$(PY) -m ruff check --quiet .
	@echo "lint: fine"

types: env ## types of the code
	@$(PY) -m mypy --cache-dir _build/mypy

data: env ## the data package against its own description
	@$(PY) -m frictionless validate data/datapackage.json > _build/frictionless.txt 2>&1 \
	  || { cat _build/frictionless.txt; exit 1; }
	@echo "data: valid"

unit: env ## only the tests that need neither kernels nor a browser
	@$(PY) -m pytest tests -p no:nbval --ignore=tests/book -m "not browser" -n $(JOBS) --dist loadscope --no-loadscope-reorder

notebooks: env ## only the notebooks, through nbval
	@mkdir -p "$$IPYTHONDIR" "$$MPLCONFIGDIR"
	@$(PY) -m pytest book --nbval --nbval-current-env -n $(JOBS) --dist loadscope

golden: env ## write anew what commands print and pages say of models (tests); only after a correction that changes it
	@for command in $$($(PY) -c 'from analysis.__main__ import COMMANDS; print(*COMMANDS)'); do \
	  $(PY) -m analysis $$command --format csv > tests/golden/$$command.csv || exit 1; done
	@$(PY) -c 'from tests.models.test_published import renew; renew()'

trial: env ## a trial that takes minutes (TRIAL="digits 200"; see CONTRIBUTING.md)
	@$(PY) -m tests.trials $(TRIAL)

site: env ## build the book from stored outputs, running nothing
	@$(PUBLISH) build

pdf: book ## the book as one PDF, and a brief of its findings (needs Chromium)
	@$(PUBLISH) pdf

archive: env ## the data package and everything computed from it, in one file
	@$(PUBLISH) archive

lock: env ## renew requirements.lock.txt from pyproject.toml (needs a network)
	@$(UV_SETTINGS); $(VENV)/bin/uv pip compile pyproject.toml --universal --python-version 3.11 \
	  --fork-strategy fewest --no-build --generate-hashes --no-emit-index-url --no-emit-find-links \
	  --no-header --no-annotate --quiet $(if $(UPGRADE),--upgrade) --output-file $(LOCK)
	@{ echo "# Every package of the environment, with hashes, for Python 3.11 to 3.13. Made by \`make lock\` from pyproject.toml."; \
	  cat $(LOCK); } > $(LOCK).partial && mv $(LOCK).partial $(LOCK)
	@echo "lock: $$(grep -c == $(LOCK)) packages; run make book and make test"

clean: ## remove what was built (not .venv)
	@rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find analysis tests book benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

distclean: clean ## remove .venv as well
	@rm -rf $(VENV)

# --- the environment ------------------------------------------------------------------------------
# What is written down after an installation tells whether it is still all there.

ENVIRONMENT := $(PY) -m analysis.publish.environment
# One installation at a time, where the system has a tool for that.
ALONE := $(if $(shell command -v flock 2> /dev/null),flock _build/environment.lock)

env: ## set up .venv, or repair what is gone
	@mkdir -p _build
	@$(ENVIRONMENT) check 2> /dev/null || $(ALONE) $(MAKE) --no-print-directory install

.PHONY: install
install:
	@$(ENVIRONMENT) check > /dev/null 2>&1 && exit 0; \
	$(ENVIRONMENT) usable > /dev/null 2>&1 || { $(MAKE_VENV); } || exit 1; \
	echo "environment: installing $$(grep -c == $(LOCK)) packages into $(VENV)"; \
	again=; ! test -f $(VENV)/.installed || ! cmp -s $(LOCK) $(VENV)/.lock || again=yes; \
	rm -f $(VENV)/.lock; \
	$(UV_SETTINGS); \
	if { test -x $(VENV)/bin/uv || $(GET_UV); } \
	  && $(VENV)/bin/uv pip sync $${again:+--reinstall} --quiet --require-hashes --no-build --python $(PY) $(LOCK); then :; \
	else echo "environment: uv could not do it; trying pip"; \
	  { $(PY) -m pip --version || $(PY) -m ensurepip; } > /dev/null \
	  && $(PY) -m pip install $${again:+--force-reinstall} --quiet --disable-pip-version-check --require-hashes --requirement $(LOCK) || exit 1; fi; \
	$(ENVIRONMENT) record && echo "environment: ready"

# Whatever stands in the way (an interpreter that has moved, one too old) is cleared.
MAKE_VENV = for python in $(PYTHON) python3.11 python3.12 python3.13 python3 python; do \
	  $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2> /dev/null || continue; \
	  echo "environment: $(VENV) with $$($$python --version)"; \
	  $$python -m venv --clear $(VENV) && break; \
	done; test -x $(PY) || { echo "error: Python 3.11, 3.12 or 3.13 is needed (say make PYTHON=/path/to/python if it has another name)"; false; }

# uv itself comes from the lock too, by hash.
GET_UV = { awk '/^uv==/ { on = 1 } on { print } on && !/\\$$/ { exit }' $(LOCK) > $(VENV)/uv.txt \
  && $(PY) -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --requirement $(VENV)/uv.txt; }

# uv does not read pip's settings; whoever has a mirror or a certificate has told pip about it.
UV_SETTINGS = index="$${UV_DEFAULT_INDEX:-$${PIP_INDEX_URL:-$$($(PY) -m pip config get global.index-url 2> /dev/null || true)}}"; \
  test -z "$$index" || export UV_DEFAULT_INDEX="$$index"; \
  test -n "$$SSL_CERT_FILE" || test -z "$$PIP_CERT" || export SSL_CERT_FILE="$$PIP_CERT"; \
  export UV_NO_PROGRESS=1 UV_LINK_MODE="$${UV_LINK_MODE:-copy}"
