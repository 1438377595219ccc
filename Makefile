# Thin: each target is one command. `make test ARGS="-k hours"` passes arguments on to pytest.
ARGS =
BIN = .venv/bin

.PHONY: test lint style format types layers demo bench torture ready pins pages deb packages

test: ready
	@.ci/servers
	$(BIN)/pytest --numprocesses 2 --dist worksteal $(ARGS)

lint: style format types layers
style: ready
	$(BIN)/ruff check --output-format concise
format: ready
	$(BIN)/ruff format --check --output-format concise
types: ready
	$(BIN)/mypy
layers: ready
	$(BIN)/lint-imports --no-logo

demo:
	@.ci/venv demo
	$(BIN)/triaged demo

bench: ready
	@beyond=""; for bench in tests/bench/bench_*.py; do \
		echo "== $$bench"; $(BIN)/python $$bench || beyond="$$beyond $$bench"; \
	done; test -z "$$beyond" || { echo "beyond a limit:$$beyond"; exit 1; }

torture: ready
	@.ci/servers
	$(BIN)/python $(if $(HANDS),tests/scenarios/handstorture.py,tests/faults/torture.py) $(ARGS)

ready:
	@.ci/venv

deb: ready
	@packaging/deb

packages: ready
	@.ci/servers
	TRIAGED_PACKAGES=1 $(BIN)/pytest tests/packages $(ARGS)

pins: ready
	$(BIN)/python .ci/pins.py >.ci/constraints.txt

pages: ready
	$(BIN)/python .ci/pages.py
	$(BIN)/python -m triaged.config.reference config/README.md
	$(BIN)/python -m triaged.config.editorschema >config/triaged.schema.json
	$(BIN)/python -m triaged.log.lineschema >config/events.schema.json
