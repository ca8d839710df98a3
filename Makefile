# The front door. `make demo` and `make test` do all of their set-up themselves on a bare Debian 12.
.PHONY: deps build dev demo demo-recorded demo-prometheus test test-more judge-report check schemas \
  format tidy asan tsan bench install clean
.DEFAULT_GOAL := build
PREFIX ?= /usr/local
PYTHON := /usr/bin/python3

deps:             ## every Debian package, also those of the tests and the checks
	@deps/install build test check

build:            ## build/canarygate, optimised
	@deps/install build
	@cmake --preset release >/dev/null
	@cmake --build build/release --target canarygate
	@ln -sf release/canarygate build/canarygate

dev:              ## the same and the tests, warnings are errors
	@deps/install build test
	@cmake --preset dev >/dev/null
	@cmake --build build/dev

demo: build       ## a bad and a good deploy to a small real fleet
	@deps/install demo
	@examples/fleet/demo

demo-recorded: build  ## every recorded deploy of examples/
	@examples/demo

demo-prometheus: build  ## the same data and checks through a real Prometheus
	@deps/install test
	@$(PYTHON) examples/demo_prometheus.py

test: dev         ## everything that decides whether a change is right
	@tests/run unit acceptance

test-more: dev    ## longer tests, with servers of other Debian suites too; SHORT=1 for the short form
	-@deps/install more
	@tests/run more

judge-report:     ## how often the judges are wrong, how much they see; ARGS="--short", --help
	@deps/install build test
	@cmake --preset report >/dev/null
	@cmake --build build/report --target canarygate-judge-report
	@build/report/canarygate-judge-report $(ARGS)

check: dev        ## format, includes, headers, lengths, clang-tidy; SHORT=1: only recent changes tidied
	@deps/install check
	@$(PYTHON) scripts/house_rules.py
	@$(MAKE) --no-print-directory -f scripts/lint.mk -j2 format headers tidy

schemas: dev      ## docs/schema, from the program
	@for which in check environment root report; do build/dev/canarygate schema $$which > docs/schema/$$which.json; done

format:           ## write the sources as .clang-format says
	@deps/install check
	@git ls-files '*.h' '*.cpp' | xargs clang-format -i

tidy: dev         ## clang-tidy alone
	@deps/install check
	@$(MAKE) --no-print-directory -f scripts/lint.mk -j2 tidy

asan tsan:        ## the tests under a sanitizer
	@deps/install build test
	@cmake --preset $@ >/dev/null
	@cmake --build build/$@
	@BUILD=build/$@ tests/run unit quick

bench:            ## 200 hosts scraped each second, the largest gates judged; SHORT=1: less of both
	@deps/install build
	@cmake --preset release >/dev/null
	@cmake --build build/release --target scrape-bench --target judge-bench
	@build/release/scrape-bench
	@build/release/judge-bench

install: build    ## into PREFIX, /usr/local by default
	@cmake --install build/release --prefix $(PREFIX)

clean:
	@rm -rf build
