# make demo    set up, then three captions by three networks to out/*.mp4
# make test    set up, then the test suite; of long lists of answers and submissions a fixed part
# make test-all  the test suite with all of them; notebooks 05 and 06 at full length
# make quick   the fast part of the suite
# make test-cpus  the fast part, and the tests of stored numbers, as other processors would compute
# make bench   tables of speed; no pass or fail
# make build   the notebooks, stubs and stored answers from their sources
# make widget  the player for notebooks from widget/; needs Node
# make lint    ruff, the type checker, the schema of workflows
# make site    the public site, in site/
# make wheel   the package for PyPI, in dist/
PYTHON ?= python3
VENV ?= .venv
RUN := $(VENV)/bin
EXTRAS ?= test
CORES := $(shell $(PYTHON) -P labkit/cores.py 2>/dev/null || echo 2)
export OMP_NUM_THREADS ?= $(CORES)
CAPTIONS := "a person walks" "a person sits down on a chair" "a person waves with the left hand"

# Files of tests are shared out to processes, at most 5: one more than cores, since tests wait for kernels a third of
# the time. Nothing in them gains by threads. What is compiled is kept: it takes each process seconds.
PYTEST := PYTHONDONTWRITEBYTECODE= $(RUN)/python -m pytest -n $(shell expr $(CORES) + 1) --maxprocesses 5 --dist loadfile --no-loadscope-reorder

# What another processor, or another build of PyTorch, does otherwise; and the tests to see it in.
CPUS ?= ATEN_CPU_CAPABILITY=default ATEN_CPU_CAPABILITY=avx2 ONEDNN_MAX_CPU_ISA=AVX2 LABKIT_ONEDNN=off OPENBLAS_CORETYPE=Nehalem OMP_NUM_THREADS=2
TESTS ?= stored or not slow

.PHONY: demo test test-all quick test-cpus bench lint hooks build widget site wheel system clean

demo: $(VENV)/ready
	@for network in incontext adaln cross_attention; do \
	  $(RUN)/python -m labkit generate --reference --network $$network --text $(CAPTIONS) || exit 1; \
	done
	@echo; echo "Watch these:"; ls -1 out/*.mp4

test: $(VENV)/ready system
	OMP_NUM_THREADS=1 $(PYTEST)

test-all: export LABKIT_TESTS = all
test-all: test

quick: $(VENV)/ready
	OMP_NUM_THREADS=1 $(PYTEST) -n $(CORES) -m "not slow"

test-cpus: $(VENV)/ready
	@for setting in $(CPUS); do \
	  echo "== $$setting"; env OMP_NUM_THREADS=1 $$setting $(PYTEST) -m "$(TESTS)" || exit 1; \
	done

# What students get, made anew from solutions/ and grading/
build: $(VENV)/ready
	$(RUN)/python -m grading build

widget:
	npm --prefix widget ci
	npm --prefix widget run build

# A sandbox and a browser for the tests that need them: installed where that is allowed, else those tests skip.
system:
	@command -v chromium >/dev/null && command -v bwrap >/dev/null || \
	  { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && { echo "Installing chromium and bubblewrap"; \
	    timeout 600 sh -c 'apt-get -qq update && apt-get -qq install -y chromium bubblewrap' >/dev/null 2>&1; }; } || \
	  echo "No chromium or no bubblewrap here: tests that need them will be skipped"

bench: $(VENV)/ready
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable ".[bench,grading]"
	$(RUN)/python benchmarks/representation.py
	$(RUN)/python benchmarks/checks.py
	$(RUN)/python benchmarks/sampling.py
	$(RUN)/python benchmarks/video.py
	$(RUN)/python benchmarks/submissions.py
	$(RUN)/python benchmarks/player.py

INSTALL := $(RUN)/python -m pip install --quiet --constraint constraints.txt --editable

lint: $(VENV)/ready
	$(INSTALL) ".[lint,bench]"
	$(RUN)/ruff check .
	$(RUN)/ruff format --check .
	$(RUN)/basedpyright
	$(RUN)/check-jsonschema --builtin-schema vendor.github-workflows .github/workflows/*.yml grading/build/github/check.yml

hooks: $(VENV)/ready
	$(INSTALL) ".[lint,bench]"
	$(RUN)/pre-commit install

# Nothing is fetched once the packages are there. Notebooks are run where something they depend on has changed.
site: $(VENV)/ready
	$(INSTALL) ".[site]"
	$(RUN)/python -m tools.site

# TAG: a release's, which has to name the version
wheel: $(VENV)/ready
	@grep -qx 'version = "$(or $(TAG:v%=%),$(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml))"' pyproject.toml || \
	  { echo "The tag is $(TAG), and pyproject.toml has another version"; exit 1; }
	$(RUN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .
	@ls dist

# torch first: its version decides which build of it there is, and nothing later may replace it.
$(VENV)/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
	  { echo "labkit needs Python 3.11 to 3.13, and $(PYTHON) is another: make PYTHON=python3.12 ..."; exit 1; }
	@echo "Setting up $(VENV): some minutes the first time"
	$(PYTHON) -m venv $(VENV)
	$(RUN)/python -m pip install --quiet --constraint constraints.txt torch
	$(RUN)/python -m pip install --quiet --constraint constraints.txt --editable ".[$(EXTRAS)]"
	@touch $@

clean:
	rm -rf $(VENV) out site dist docs/course
