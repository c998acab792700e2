# `make demo` and `make test` are all a newcomer needs; both make the environment themselves.
PYTHON ?= python3
BIN := .venv/bin
WORKERS ?= 2

.PHONY: demo test test-long lint type bench clean

demo: .venv/installed
	$(BIN)/ganvas train

test: .venv/installed-dev lint type
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS)

test-long: .venv/installed-dev
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n $(WORKERS) -m long --timeout 1800

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: .venv/installed-dev
	$(BIN)/mypy

bench: .venv/installed
	$(BIN)/python benchmarks/mnist_mlp.py
	$(BIN)/python benchmarks/start.py

clean:
	rm -rf .venv

.venv/installed: pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ganvas needs Python 3.11 or newer; try make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --disable-pip-version-check -q -e .
	touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --disable-pip-version-check -q -e '.[dev]'
	touch $@
