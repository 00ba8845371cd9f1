# reward - build, test and check. `make help` lists the targets.
BUILD  ?= build
CC     ?= gcc
CFLAGS ?= -O2 -g
PYTHON ?= /usr/bin/python3
# make V=1 shows the commands.
Q      := $(if $(V),,@)
SAY     = $(if $(V),@:,@echo)

PACKAGES := rdkafka libpq jansson yajl yaml-0.1 libcrypto libpcre2-8
WARN     := -Wall -Wextra -Wconversion -Wshadow -Wstrict-prototypes \
            -Wmissing-prototypes -Wformat=2 -Werror=format-security \
            -Wvla -Werror
HARDEN   ?= -D_FORTIFY_SOURCE=2 -fstack-protector-strong \
            -fstack-clash-protection -fcf-protection -fPIE
LINK     ?= -pie -Wl,-z,relro,-z,now,-z,noexecstack
FLAGS     = -std=gnu11 -D_GNU_SOURCE -MMD -MP $(WARN) $(CFLAGS) $(HARDEN) \
            $(DEFINES) $(PACKAGE_FLAGS)

# Asked once, and only by goals that compile.
PACKAGE_FLAGS = $(eval PACKAGE_FLAGS := $(shell pkg-config --cflags \
                $(PACKAGES)))$(PACKAGE_FLAGS)
LIBS          = $(eval LIBS := $(shell pkg-config --libs $(PACKAGES)))$(LIBS)
CHECK_LIBS    = $(eval CHECK_LIBS := $(shell pkg-config --libs \
                check))$(CHECK_LIBS)

# The layers: a file sees the headers of its own and those to its left.
LAYERS       := base core io cmd
INCLUDE_base := -iquote workers/base
INCLUDE_core := $(INCLUDE_base) -iquote workers/core
INCLUDE_io   := $(INCLUDE_core) -iquote workers/io
INCLUDE_cmd  := $(INCLUDE_io) -iquote workers/cmd

SOURCES := $(foreach layer,$(LAYERS),$(wildcard workers/$(layer)/*.c))
HEADERS := $(foreach layer,$(LAYERS),$(wildcard workers/$(layer)/*.h))
OBJECTS := $(SOURCES:workers/%.c=$(BUILD)/%.o) $(BUILD)/gen/migrations.o
PARTS   := $(filter-out $(BUILD)/cmd/main.o,$(OBJECTS))
UNITS   := $(wildcard tests/unit/test_*.c)
UNIT_PROGRAMS := $(UNITS:tests/unit/%.c=$(BUILD)/unit/%)
TEST_SOURCES  := $(UNITS) $(wildcard tests/support/*.[ch] tests/fuzz/*.[ch] \
                 ops/bench/*.c)

.PHONY: all
all: $(BUILD)/reward ## build the program (the default)

$(BUILD)/reward: $(OBJECTS)
	$(SAY) '  LINK $@'
	$(Q)$(CC) $(CFLAGS) $(LINK) -o $@ $^ $(LIBS)

define layer_rule
$(BUILD)/$(1)/%.o: workers/$(1)/%.c
	@mkdir -p $$(@D)
	$(SAY) '  CC   $$<'
	$(Q)$(CC) $$(FLAGS) $(INCLUDE_$(1)) -c -o $$@ $$<
endef
$(foreach layer,$(LAYERS),$(eval $(call layer_rule,$(layer))))

$(BUILD)/gen/migrations.c: schemas/sql/embed.awk $(wildcard schemas/sql/*.sql)
	@mkdir -p $(@D)
	$(SAY) '  GEN  $@'
	$(Q)LC_ALL=C awk -f $^ > $@.new && mv $@.new $@

$(BUILD)/gen/%.o: $(BUILD)/gen/%.c
	$(Q)$(CC) $(FLAGS) $(INCLUDE_io) -c -o $@ $<

$(BUILD)/unit/%: tests/unit/%.c $(PARTS)
	@mkdir -p $(@D)
	$(SAY) '  TEST $<'
	$(Q)$(CC) $(FLAGS) $(INCLUDE_cmd) -Itests/support $(LINK) -o $@ $< $(PARTS) \
		$(CHECK_LIBS) $(LIBS)

$(BUILD)/case_main: tests/support/case_main.c $(PARTS)
	$(SAY) '  TEST $<'
	$(Q)$(CC) $(FLAGS) $(INCLUDE_cmd) $(LINK) -o $@ $< $(PARTS) $(LIBS)

$(BUILD)/expr_main: tests/support/expr_main.c $(PARTS)
	$(SAY) '  TEST $<'
	$(Q)$(CC) $(FLAGS) $(INCLUDE_cmd) $(LINK) -o $@ $< $(PARTS) $(LIBS)

$(BUILD)/bench/micro: ops/bench/micro.c $(PARTS)
	@mkdir -p $(@D)
	$(SAY) '  BENCH $<'
	$(Q)$(CC) $(FLAGS) $(INCLUDE_cmd) $(LINK) -o $@ $< $(PARTS) $(LIBS)

# ---- tests -------------------------------------------------------------------

.PHONY: check
check: unit cases generated ## all tests that need no server

.PHONY: unit
unit: $(UNIT_PROGRAMS) ## unit tests of single modules
	@tests/support/run-unit $(UNIT_PROGRAMS)

.PHONY: cases
cases: $(BUILD)/case_main $(BUILD)/reward ## whole decisions, bad rule files, README
	@PYTHON=$(PYTHON) tests/support/run-cases $(BUILD)/case_main

.PHONY: integration
integration: $(BUILD)/reward $(BUILD)/expr_main faults ## real Kafka, real PostgreSQL, kill -9
	@PYTHON=$(PYTHON) tests/support/run-integration

# One at a time and on disk: memory is among what they measure.
.PHONY: integration-long
integration-long: $(BUILD)/reward $(BUILD)/expr_main faults ## the same with big backlogs
	@TMPDIR=$${TMPDIR:-/var/tmp} REWARD_TEST_JOBS=1 PYTHON=$(PYTHON) \
		tests/support/run-integration -m long

# The program with its kill points, for tests only.
.PHONY: faults
faults:
	@$(MAKE) --no-print-directory BUILD=build/faults \
		DEFINES=-DREWARD_FAULTS build/faults/reward

SANITIZE := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
            -fno-sanitize-recover=all

.PHONY: asan
asan: ## unit and case tests under ASan and UBSan
	@$(MAKE) --no-print-directory BUILD=build/asan HARDEN= LINK= \
		CFLAGS='$(SANITIZE)' DEFINES=-DREWARD_ASAN unit cases

# Inputs made up by libFuzzer, from the corpus in tests/fuzz/corpus. Warnings
# are gcc's business: clang has others.
FUZZERS       := $(wildcard tests/fuzz/fuzz_*.c)
FUZZ_PROGRAMS := $(FUZZERS:tests/fuzz/%.c=$(BUILD)/%)
FUZZ_MAKE     := +@$(MAKE) --no-print-directory BUILD=build/fuzz CC=clang \
                 WARN= HARDEN= LINK= DEFINES=-DREWARD_ASAN \
                 CFLAGS='$(SANITIZE) -fsanitize=fuzzer-no-link' fuzz-programs

$(BUILD)/fuzz_%: tests/fuzz/fuzz_%.c $(PARTS)
	$(SAY) '  FUZZ $<'
	$(Q)$(CC) $(FLAGS) $(INCLUDE_cmd) -Itests/support -fsanitize=fuzzer -o $@ \
		$< $(PARTS) $(LIBS)

.PHONY: fuzz-programs
fuzz-programs: $(FUZZ_PROGRAMS)

.PHONY: fuzz
fuzz: ## hostile rule files, expressions, schemas and JSON, a bounded number
	$(FUZZ_MAKE)
	@tests/support/run-fuzz

.PHONY: fuzz-long
fuzz-long: ## the same for ten minutes each; what is new joins the corpus
	$(FUZZ_MAKE)
	@tests/support/run-fuzz --long

# ---- measuring ----------------------------------------------------------------

.PHONY: bench
bench: $(BUILD)/bench/micro ## cost of each step of an event, and is it dearer now
	@$(PYTHON) ops/bench/micro $(BENCH_OPTIONS) $<

# ---- what is made from the program's tables ------------------------------------

.PHONY: generated
generated: $(BUILD)/reward ## committed files made from tables are up to date
	$(BUILD)/reward check config --print-example | \
		diff -u config.example.yaml -
	$(BUILD)/reward check config --print-schema | \
		diff -u schemas/config.schema.json -
	$(BUILD)/reward check rules --print-schema | \
		diff -u schemas/rules.schema.json -

.PHONY: generate
generate: $(BUILD)/reward ## make them again
	$(BUILD)/reward check config --print-example > config.example.yaml
	$(BUILD)/reward check config --print-schema > schemas/config.schema.json
	$(BUILD)/reward check rules --print-schema > schemas/rules.schema.json

# ---- reading the code -----------------------------------------------------------

.PHONY: lint
lint: format-check headers layers tidy cppcheck scripts ## all static checks

.PHONY: format
format: ## lay the C code out
	clang-format -i $(SOURCES) $(HEADERS) $(TEST_SOURCES)

.PHONY: format-check
format-check:
	@clang-format --dry-run -Werror $(SOURCES) $(HEADERS) $(TEST_SOURCES)

.PHONY: headers
headers: ## each header compiles alone
	@for layer in $(LAYERS); do \
		case $$layer in \
		base) include="$(INCLUDE_base)";; core) include="$(INCLUDE_core)";; \
		io) include="$(INCLUDE_io)";; cmd) include="$(INCLUDE_cmd)";; \
		esac; \
		for header in workers/$$layer/*.h; do \
			$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) $(PACKAGE_FLAGS) \
				-fsyntax-only $$include \
				-include $$header -x c /dev/null || exit 1; \
		done; \
	done

.PHONY: layers
layers: ## no include leaves its layer, no vendor header its files
	ops/lint-layers

.PHONY: tidy
tidy:
	@clang-tidy --quiet --warnings-as-errors='*' $(SOURCES) -- -std=gnu11 \
		-D_GNU_SOURCE $(INCLUDE_cmd) $(PACKAGE_FLAGS)

.PHONY: cppcheck
cppcheck:
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability \
		--inline-suppr --error-exitcode=1 \
		$(subst -iquote ,-I,$(INCLUDE_cmd)) $(SOURCES)

.PHONY: scripts
scripts:
	shellcheck -x $(shell grep -lE '^#!.*(bash|/sh)' -r ops tests .ci)

# ---- installing --------------------------------------------------------------------

PREFIX ?= /usr/local

.PHONY: install
install: $(BUILD)/reward ## program, schemas and rules under PREFIX
	install -D -m 755 $(BUILD)/reward $(DESTDIR)$(PREFIX)/bin/reward
	install -d $(DESTDIR)$(PREFIX)/share/reward/schemas/events \
		$(DESTDIR)$(PREFIX)/share/reward/rules
	install -m 644 schemas/events/*.json \
		$(DESTDIR)$(PREFIX)/share/reward/schemas/events
	install -m 644 schemas/*.schema.json $(DESTDIR)$(PREFIX)/share/reward/schemas
	install -m 644 $(filter-out %_test.yaml,$(wildcard rules/*.yaml)) \
		$(DESTDIR)$(PREFIX)/share/reward/rules
	install -m 644 config.example.yaml $(DESTDIR)$(PREFIX)/share/reward

.PHONY: help
help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "%-18s %s\n", $$1, $$2}' Makefile

.PHONY: clean
clean: ## remove what was built, but not what was downloaded
	rm -rf $(addprefix $(BUILD)/,$(LAYERS) gen unit bench/micro faults asan \
		fuzz reward case_main expr_main)

-include $(OBJECTS:.o=.d) $(UNIT_PROGRAMS:=.d) $(BUILD)/case_main.d \
	$(BUILD)/expr_main.d $(FUZZ_PROGRAMS:=.d) $(BUILD)/bench/micro.d
