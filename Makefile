# Commands of the project; `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PORT ?= 8501
PYTEST := $(BIN)/python -m pytest --durations=20
# Tests start some hundred interpreters: each would compile the house again.
export PYTHONDONTWRITEBYTECODE =

.PHONY: help app test check soak lint bench load data clean
.DEFAULT_GOAL := help

help: ## list the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

$(VENV)/app: requirements.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(VENV)/dev: requirements.txt requirements-dev.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $(VENV)/app $@

app: $(VENV)/app ## install and open the atlas on http://127.0.0.1:8501
	@echo "Atlas des Possibles : http://127.0.0.1:$(PORT)"
	$(BIN)/python -m server --port $(PORT) --headless false

test: $(VENV)/dev ## install and run the tests, some 3 minutes on 2 cores
	$(PYTEST) -n 3 --dist loadscope --no-loadscope-reorder --ignore=tests/browser --ignore=tests/deploy -m "not bench and not soak"

check: $(VENV)/dev ## run the other tests: in a real browser, of the deployment, of ratios
	$(PYTEST) -n 3 --dist loadscope -m "(browser or deploy) and not bench and not soak" tests/browser tests/deploy
	$(PYTEST) -m "bench and not soak" $$(grep -rl "mark.bench" tests --include="test_*.py")

soak: $(VENV)/dev ## run the long counts
	$(BIN)/python -m pytest -m soak
	$(BIN)/python -m pytest tests/geo/test_properties.py tests/loaders/test_reader_properties.py --hypothesis-profile=soak

lint: $(VENV)/dev ## style, types, import contract, docstrings
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/numpydoc lint app.py errors.py words/*.py geo/*.py loaders/*.py loaders/*/*.py tracking/*.py facts/*.py maps/*.py exports/*.py server/*.py ui/*.py
	$(BIN)/python -m benchmarks.weight

bench: $(VENV)/dev ## measure what the README claims
	$(BIN)/python -m benchmarks

load: $(VENV)/dev ## 30 sessions on one server for two minutes
	$(BIN)/python -m benchmarks.load

data: $(VENV)/app ## rebuild data/ from the producers' files: make data FROM=DIR
	$(BIN)/python -m loaders build --from $(FROM)

clean: ## remove what was installed and generated
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	find static -type f ! -name .gitkeep -delete
