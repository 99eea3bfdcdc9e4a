# The desk and CI call the same targets. `make demo` and `make test` need nothing set up before them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
OUT ?= .cache/real-data
STAMP := $(VENV)/.installed
# durable-rules is built from source, by itself without optimisation.
SECOND_ENGINE = CPPFLAGS=-O2 $(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock

# Tests that call verbs and keep no time.
VERBS = $(foreach name,backtest check check_and_test documents explain rule_verbs rules_repository tables wheel,tests/e2e/test_$(name).py)

LINT_DEPLOY = PATH="$(CURDIR)/$(BIN):$$PATH" deploy/lint

.PHONY: demo test test-alone test-parts real-data backtest-million soak soak-clocks soak-files bench bench-rules agreement quick lint types unit rules contract integration e2e deploy-check services kafka-up kafka-down postgres-up postgres-down lock wheel fuzz audit sbom clean

demo: $(VENV)/.runtime
	@$(BIN)/triage demo

$(VENV)/.runtime: pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable .
	@$(SECOND_ENGINE) --editable '.[durable]' > $(VENV)/second-engine.log 2>&1 || true
	@$(BIN)/python -c 'import durable_rules_engine' 2>> $(VENV)/second-engine.log || \
		echo "No second engine: it does not build here (a C compiler, Python 3.12 or older; see $(VENV)/second-engine.log); decisions are marked single."
	@touch $@

$(STAMP): pyproject.toml requirements.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install --quiet --disable-pip-version-check --upgrade 'pip>=25.1'
	@PYTHON=$(PYTHON) deploy/services compiler
	@$(SECOND_ENGINE) --editable '.[postgres,parquet,durable,otel,fast]' --group dev
	@touch $@ $(VENV)/.runtime

# The whole gate, the same here and in CI.
test: $(STAMP) services
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	deploy/prometheus/check
	$(LINT_DEPLOY)
	$(BIN)/triage check rules
	$(BIN)/triage test rules > /dev/null
	$(MAKE) --jobs=2 --keep-going test-alone test-parts

# Tests that only compute. Beside others they take the time that those leave.
test-alone: $(STAMP)
	nice -n 15 $(BIN)/python -m pytest tests/architecture tests/unit tests/rules tests/fuzz $(VERBS) -n 2

# Tests on real parts wait more than they compute: three processes, each with a Kafka and a PostgreSQL of its own.
test-parts: $(STAMP) services
	$(BIN)/python -m pytest tests/contract tests/engine tests/integration tests/e2e $(VERBS:%=--ignore=%) -n 3 --dist worksteal

# Under a minute: what needs no broker and no PostgreSQL, without the long runs of random inputs.
quick: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/triage check rules
	$(BIN)/python -m pytest tests/architecture tests/unit tests/rules -q -n 2 -m "not long"

# Image, compose file, manifests, unit and AsyncAPI document, each read by its own tool.
deploy-check: $(STAMP)
	$(LINT_DEPLOY)

services:
	@deploy/services

kafka-up:
	@deploy/kafka/broker up && deploy/kafka/broker topics
kafka-down:
	@deploy/kafka/broker down
postgres-up:
	@deploy/postgres/postgres up
postgres-down:
	@deploy/postgres/postgres down

wheel: $(STAMP)
	$(BIN)/python -m build --wheel

# Events a second on files, Kafka, SQLite and PostgreSQL, beside the raw echo of each Kafka client; three rounds.
bench: $(STAMP) services
	$(BIN)/python -m tests.real_data.benchmark $(OUT)/bench --complaints 1000 --rounds 3

# Microseconds a decision by one engine, by both, and by two engines of PyPI.
bench-rules: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --group bench
	$(BIN)/triage bench rules

# At the desk only, some minutes: three evaluators of random rulebooks, a million decisions.
agreement: $(STAMP)
	$(BIN)/python -m tests.engine.agreement 1000000

# Inputs that nobody has thought of, SECONDS long for each of FUZZERS; what breaks is kept and replayed by the tests.
FUZZERS ?= codec rules tables clocks settings
SECONDS ?= 600
fuzz: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --group fuzz
	@for name in $(FUZZERS); do nice -n 10 $(BIN)/python -m tests.fuzz.run $$name $(SECONDS) || exit 1; done

# Known weaknesses of what requirements.lock pins; says so where the service that knows them cannot be reached.
audit: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --group audit
	deploy/audit

# What ships, as a CycloneDX bill of materials.
sbom: $(STAMP)
	$(BIN)/pip install --quiet --disable-pip-version-check --group audit
	deploy/sbom .cache/sbom.json

lock: $(STAMP)
	$(BIN)/pip freeze --all --exclude-editable | grep -Ev '^(complaint-triage|pip)[= ]' > requirements.lock

clean:
	rm -rf $(VENV) .cache build dist *.egg-info

# At the desk only: real complaints from a folder outside the project, checked by independent counts.
real-data: $(STAMP)
	$(BIN)/python -m tests.real_data.connecticut $(DATA)/ct_complaints $(OUT)
	$(BIN)/python -m tests.real_data.replayed $(DATA)/ct_complaints $(OUT)/events.jsonl
	$(BIN)/python -m tests.real_data.two_workers $(OUT)/events.jsonl $(OUT)/two
	$(BIN)/python -m tests.real_data.kills $(OUT)/events.jsonl $(OUT)/kills
	$(BIN)/python -m tests.real_data.chinese_messages $(DATA)/zh_messages

# At the desk only: a backtest of a million complaints; EVENTS=F takes their shape from the imported events of that file.
backtest-million: $(STAMP)
	$(BIN)/python -m tests.real_data.backtest_million $(OUT)/backtest 1000000 $(EVENTS)

# At the desk only, some hours: what befalls the service on Kafka and PostgreSQL, at full size. SOAK=NAME runs one.
SOAK ?= all
soak: $(STAMP)
	$(BIN)/python -W ignore -m tests.e2e.scenarios $(SOAK)

# At the desk only, some hours and 15 GB of disk: the promises of clocks at full size.
soak-clocks: $(STAMP)
	$(BIN)/python -m tests.e2e.race 10000
	$(BIN)/python -m tests.real_data.backfill 100000 $(OUT)/backfill
	$(BIN)/python -m tests.real_data.million 1000000 $(OUT)/million

# At the desk only, about an hour: scenarios of events, files, clocks and rules at full size.
soak-files: $(STAMP)
	$(BIN)/python -m tests.e2e.long all
