# Every target that needs Python sets itself up: `make train` is all a fresh
# machine with Python 3.10-3.13, git and make has to be told.

PYTHON ?= python3
VENV ?= $(or $(VIRTUAL_ENV),.venv)
YAML ?= hparams/linear.yaml
ARGS ?=
PYTEST_ARGS ?=

# What needs no corpora, and what trains on those of DATA.
MEASURES := demo store graphs phones predict interval_coverage \
	speech stream stress
SCORES := svm_baseline prosody leave_one_language_out
STUDIES := $(filter-out demo,$(basename $(notdir $(wildcard benchmarks/studies/*.yaml))))

RECIPE := recipes/CrossLingualSER
BIN := $(abspath $(VENV))/bin

# Tested versions of all packages; `LOCK=` installs the newest that fit setup.py.
LOCK ?= constraints.txt
CONSTRAIN := $(addprefix -c ,$(LOCK))
# torch and torchaudio as `pip install` takes them, at the tested versions.
PAIR := $(shell grep -E -o '^torch(audio)?==[0-9.]+' constraints.txt)
# Where builds of them without CUDA are; empty to leave that index alone.
CPU_INDEX ?= https://download.pytorch.org/whl/cpu

# Named after the content of setup.py and the lock, not their dates: a new clone
# may share an environment that is whole already.
STAMP := $(VENV)/.clser-$(firstword $(shell cat setup.py $(LOCK) | cksum))

# The environment may be shared between clones, this one's package comes first.
export PYTHONPATH := $(CURDIR)$(if $(PYTHONPATH),:$(PYTHONPATH))

# $(call demand_python,interpreter): stop with a message unless it is fit.
demand_python = $(1) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] < (3, 14))' || \
	{ echo "Python 3.10 to 3.13 is needed; '$(1)' is $$($(1) --version 2>&1 | tail -n 1)." >&2; \
	echo "Name another one, for instance: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; \
	echo "(and leave or remove the environment '$(VENV)' if it was made with a wrong one)" >&2; \
	exit 1; }

.PHONY: help setup train test check scatter tables docs bench lock latest \
	upstream release

help:
	@echo "make train   train logistic regression and score it on the embedded demo corpus;"
	@echo "             make train YAML=hparams/x.yaml ARGS=\"--protocol y --data_folder z\""
	@echo "make test    run all tests"
	@echo "make check   run linters and fast tests, before every commit"
	@echo "make tables  rewrite the tables of the READMEs from the measured results"
	@echo "make docs    write the pages of docs/ to site/, and check their links"
	@echo "make bench   measure what needs no data, or with DATA=folder everything"
	@echo "make scatter build torch-scatter, with which graphs are faster (minutes)"
	@echo "make setup   only install the tested versions (constraints.txt), into $(VENV)"
	@echo "make latest  try the newest versions that setup.py allows, in an environment"
	@echo "             that is deleted afterwards"
	@echo "make upstream DEST=folder  copy the recipe of upstream/ into a clone of"
	@echo "             SpeechBrain, and run its checks there"
	@echo "make release build sdist and wheel and try them; PUBLISH=1 uploads them"
	@echo "make lock    bring constraints.txt in line with setup.py;"
	@echo "             make lock ARGS=--upgrade takes the newest versions"
	@echo "Options: PYTHON=python3.12 (interpreter), VENV=folder (environment)"

setup: $(STAMP)

train: $(STAMP)
	cd $(RECIPE) && $(BIN)/python train.py $(YAML) $(ARGS)

# A process per core, with one thread each: these tensors are tiny, and more
# threads only get in the way of each other.
PARALLEL := -n auto --dist loadfile --no-loadscope-reorder

test: export OMP_NUM_THREADS := 1
test: $(STAMP)
	$(BIN)/python -m pytest $(PARALLEL) $(PYTEST_ARGS)

check: export OMP_NUM_THREADS := 1
check: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/yamllint .
	$(BIN)/codespell
	$(BIN)/python -m pytest -m "not slow" $(PARALLEL) $(PYTEST_ARGS)

# It comes as source and takes minutes to build, so its wheel is kept, one for
# each Python and torch.
WHEELS ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/speechbrain_clser/wheels
KEPT = $(WHEELS)/$(shell $(BIN)/python -c 'import sys, torch; \
	print(sys.implementation.cache_tag, torch.__version__, sep="-torch-")')

scatter: $(STAMP)
	$(BIN)/python -m pip install -q wheel
	ls $(KEPT)/torch_scatter-*.whl 2>/dev/null || $(BIN)/python -m pip wheel \
		--no-build-isolation --no-deps -w $(KEPT) torch-scatter
	$(BIN)/python -m pip install -q --no-deps $(KEPT)/torch_scatter-*.whl

tables: $(STAMP)
	$(BIN)/python benchmarks/tables.py

# Installed only if missing, so that the pages can be written without network.
docs: $(STAMP)
	@$(BIN)/python -c 'import latex2mathml, material, mkdocstrings' 2>/dev/null || \
		$(BIN)/python -m pip install -q $(CONSTRAIN) -e '.[docs]'
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

upstream: $(STAMP)
	@test -n "$(DEST)" || { echo "make upstream DEST=<clone of speechbrain>" >&2; exit 2; }
	$(BIN)/python upstream/check.py "$(DEST)"

# A dry run unless PUBLISH=1: builds both packages, checks their metadata, and runs the
# wheel in an empty folder. To upload, the commit has the tag of the version, nothing
# else is changed, and the address of the package answers.
VERSION = $(shell sed -n 's/^__version__ = "\(.*\)"/\1/p' speechbrain_clser/__init__.py)
URL = $(shell sed -n 's/^URL = "\(.*\)"/\1/p' speechbrain_clser/__init__.py)

release: $(STAMP)
	@$(BIN)/python -c 'import build, twine' 2>/dev/null || \
		$(BIN)/python -m pip install -q build twine
	rm -rf build dist
	$(BIN)/python -m build
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/python -m pytest -q tests/integration/test_wheel.py
	@echo "dist/ has version $(VERSION); make release PUBLISH=1 uploads it"
ifdef PUBLISH
	test "$$(git describe --exact-match --dirty)" = "v$(VERSION)"
	git ls-remote --exit-code $(URL) "refs/tags/v$(VERSION)"
	$(BIN)/python -m twine upload dist/*
endif

bench: $(STAMP)
	$(BIN)/python -m pip install -q $(CONSTRAIN) -e '.[reference]'
	set -e; for script in $(MEASURES); do $(BIN)/python benchmarks/$$script.py; done
ifdef DATA
	set -e; for script in $(SCORES); do \
		$(BIN)/python benchmarks/$$script.py --data_folder "$(DATA)"; done
	set -e; for study in $(STUDIES); do \
		$(BIN)/clser benchmark benchmarks/studies/$$study.yaml \
			--data-folder "$(DATA)" --out results/$$study; \
		cp results/$$study/results.json benchmarks/studies/$$study.json; done
endif
	$(BIN)/python benchmarks/tables.py

# For all Pythons and systems at once; versions that still fit are kept.
UV = $(or $(shell command -v uv 2>/dev/null),$(BIN)/uv)

lock: | $(BIN)/python
	@command -v uv >/dev/null || test -x $(BIN)/uv || \
		$(BIN)/python -m pip install -q uv
	$(UV) pip compile -q --universal --python-version 3.10 --all-extras \
		--no-annotate --custom-compile-command "make lock" $(ARGS) \
		-o constraints.txt setup.py

latest:
	@fresh=$$(mktemp -d) && trap 'rm -rf "$$fresh"' EXIT && \
	trap 'exit 1' INT TERM && \
	$(MAKE) setup LOCK= VENV="$$fresh" && \
	"$$fresh/bin/python" -m pip list && \
	OMP_NUM_THREADS=1 "$$fresh/bin/python" -m pytest -m "not slow" \
		$(PARALLEL) $(PYTEST_ARGS)

$(BIN)/python:
	@$(call demand_python,$(PYTHON))
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(BIN)/python -m ensurepip

# PyPI's torch for Linux brings CUDA along. Without a GPU, take the pair from
# PyTorch's index of CPU builds if it answers within seconds, unless another
# index is configured, which may have them itself.
HAS_PAIR = test 2 = $$($(BIN)/python -m pip freeze 2>&1 | grep -c $(PAIR:%=-e '^%'))
HAS_INDEX = { env; $(BIN)/python -m pip config list; } | \
	grep -E '^UV_(DEFAULT_INDEX|INDEX_URL)=|[.](index-url|no-index)=' >/dev/null
ANSWERS = ($(BIN)/python -c 'import signal, sys, urllib.request; signal.alarm(5); \
	urllib.request.urlopen(sys.argv[1] + "/torch/", timeout=5)' $(CPU_INDEX); \
	exit $$?) >/dev/null 2>&1

define INSTALL_PAIR
if [ "$$(uname)" != Linux ] || nvidia-smi -L >/dev/null 2>&1 || $(HAS_PAIR); then :; \
elif ! $(HAS_INDEX) && [ -n "$(CPU_INDEX)" ] && $(ANSWERS) && \
	$(BIN)/python -m pip install --no-deps --index-url $(CPU_INDEX) $(PAIR); then :; \
else echo "No GPU was found, but torch comes with CUDA unless pip's index has CPU builds:"; \
	echo "about 3 GB are downloaded, 5 GB on disk. docs/installing.md shows a smaller way."; fi
endef

# The stamp is written last, so what was interrupted is taken up again.
$(STAMP): | $(BIN)/python
	@$(call demand_python,$(BIN)/python)
	@$(if $(LOCK),$(INSTALL_PAIR))
	$(BIN)/python -m pip install $(CONSTRAIN) -e '.[demo,test]'
	@$(BIN)/python -c 'import torch, torchaudio' || { \
	echo "torch and torchaudio in '$(VENV)' do not fit. Type:" >&2; \
	echo "$(BIN)/python -m pip install --force-reinstall $(PAIR)" >&2; \
	exit 1; }
	@rm -f $(VENV)/.clser-*
	@touch $@
