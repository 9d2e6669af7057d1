# One word per job; the same words in CI. Nothing else has to be done first.
PYTHON ?= python3
VENV   ?= .venv
BIN     = $(VENV)/bin
STAMP   = $(VENV)/.installed
JOBS   ?= 2
PYTEST  = $(BIN)/python -m pytest -q
QUICK   = tests/unit tests/playbooks tests/contracts tests/properties tests/oracles
SOCKETS = tests/journeys tests/faults

.DEFAULT_GOAL := help

.PHONY: help
help: ## show this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: setup
setup: $(STAMP) ## install into .venv (the first step of run and test)

$(STAMP): pyproject.toml constraints.txt
	@command -v c++ >/dev/null || echo "note: pdqhash comes without a wheel for some Pythons; if it fails to build, install a C++ compiler (Debian: g++ python3-dev)"
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -c constraints.txt -e '.[dev,media,postgres]'
	touch $@

.PHONY: run
run: setup ## start the gateway on 127.0.0.1:8080 with the demo model (SEALGATE_UPSTREAM=URL for a real one)
	exec $(BIN)/sealgate serve

.PHONY: test
test: setup ## all tests that need nothing but this folder; below ten minutes on two cores
	$(PYTEST) -n $(JOBS) --dist loadfile -m "not extras and not long and not judges" $(QUICK)
	$(PYTEST) -n $(JOBS) --dist loadfile -m "not extras and not long and not judges" $(SOCKETS)
	$(PYTEST) -n $(JOBS) -m "not pages" tests/house

.PHONY: test-pages
test-pages: setup ## what the pages tell readers to type works as they say
	$(PYTEST) -n $(JOBS) -m pages tests/house

.PHONY: check
check: setup ## lint, types and the arrows between the parts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.PHONY: docs
docs: setup ## write what is generated: schemas and the reference pages in docs/
	$(BIN)/python tests/house/generate.py

.PHONY: bench
bench: setup ## one table, side by side: bare proxies and sealgate
	$(BIN)/python -m tests.bench

.PHONY: bench-short
bench-short: setup ## the same in a minute and a half, to see that it works
	$(BIN)/python -m tests.bench --short $(ONLY)

.PHONY: marks
marks: setup ## formats x marks x independent readers, into docs/marks.md (`.ci/run` names the packages)
	$(BIN)/python -m tests.bench.matrix

.PHONY: bench-marks
bench-marks: setup ## what marks on files cost, beside plain re-encoding
	$(BIN)/python -m tests.bench.marks
	$(BIN)/python -m tests.bench.marks_sound
	$(BIN)/python -m tests.bench.marks_documents

.PHONY: bench-broken
bench-broken: setup ## a thousand broken files per format against all marks, within a sealing process's limits (FORMATS="png mp3")
	$(BIN)/python -m tests.bench.broken $(FORMATS)

.PHONY: bench-fingerprint
bench-fingerprint: setup ## what tracing finds, and how it grows (SIZE=answers, UNRELATED=foreign quotes)
	$(BIN)/python -m tests.bench.fingerprint --size $(or $(SIZE),8000) --unrelated $(or $(UNRELATED),0)

.PHONY: train-classifier
train-classifier: setup ## learn the embedded classifier anew, and measure it (DATA=folder of the labelled posts, PROSE=folders of harmless paragraphs, QUESTION and LANGUAGE for a part)
	$(BIN)/python -m training.classifier all $(DATA) $(PROSE) $(if $(QUESTION),--question $(QUESTION)) $(if $(LANGUAGE),--language $(LANGUAGE)) --into models/cards/classifier_measured.json

.PHONY: quality
quality: setup ## what the filters catch, leave alone and cost: one table, also into docs/quality.md
	$(BIN)/python -m tests.bench.quality

.PHONY: bench-peers
bench-peers: setup ## the same with LiteLLM beside it (installs it into a venv of its own)
	$(BIN)/python -m tests.bench --peers

.PHONY: extras
extras: setup ## make the environments of real clients and upstreams (about five minutes, cached)
	$(BIN)/python -m tests.real.prepare

.PHONY: install-models
install-models: setup ## what runs classifiers of a folder: torch for CPU, transformers, onnxruntime (`contract: classifier`)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt torch==2.13.0
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[models]'

.PHONY: test-models
test-models: install-models ## the runtimes of models, with tiny models made on the spot
	$(PYTEST) -m extras --ignore=tests/unit/models/test_rapid_ocr_runtime.py tests/unit/models

.PHONY: install-ocr
install-ocr: setup ## what reads the words in pictures (`media: {ocr: true}`)
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e '.[ocr]'

.PHONY: test-ocr
test-ocr: install-ocr ## words in real pictures, read by the real models
	$(PYTEST) -m extras tests/unit/models/test_rapid_ocr_runtime.py

.PHONY: test-extras
test-extras: extras ## the official clients against upstream servers that are not ours
	$(PYTEST) -n $(JOBS) --dist loadfile tests/real

.PHONY: test-judges
test-judges: setup ## marks read by programs that are not ours, pages by a browser (`.ci/run` names the packages)
	$(PYTEST) -n $(JOBS) -m "judges and not long" tests/judges tests/oracles tests/unit tests/journeys

.PHONY: test-long
test-long: setup ## the longer suites: more generated cases, more kills, a real Prometheus
	SEALGATE_TEST_LONG=1 $(PYTEST) -n $(JOBS) --dist worksteal -m "not judges and not fuzz" tests/properties
	SEALGATE_TEST_LONG=1 $(PYTEST) -n $(JOBS) --dist worksteal -m "long and not judges and not fuzz and not extras" tests/unit tests/oracles $(SOCKETS)

.PHONY: test-fuzz
test-fuzz: setup ## a thousand broken files per format against every mark (two minutes)
	$(PYTEST) -n $(JOBS) --dist worksteal -m "fuzz and not judges" tests/contracts tests/properties

.PHONY: image-test
image-test: setup ## build the container image, start it, ask it something
	bash deploy/image_test.sh

.PHONY: ci
ci: ## what the build machine runs
	bash .ci/run
