# What takes a compiler or clang to check, a stamp a file, so that only what changed is looked at
# again. Called by `make check` and `make tidy` with -j2.
.PHONY: format headers tidy
STAMPS := build/lint
HEADERS := $(shell git ls-files '*.h')
SOURCES := $(shell git ls-files '*.cpp')
# The tests are left out of clang-tidy: doctest's macros cost it minutes and find nothing.
# SHORT=1 leaves out, too, what no change of the last days has touched: each takes six seconds. So
# it does with headers, of which each is compiled once more.
ifeq ($(SHORT),1)
TIDIED := $(shell scripts/recent_sources.py)
ALONE := $(shell scripts/recent_sources.py headers)
else
TIDIED := $(filter-out tests/%,$(SOURCES))
ALONE := $(HEADERS)
endif

format: $(HEADERS:%=$(STAMPS)/%.format) $(SOURCES:%=$(STAMPS)/%.format)
headers: $(ALONE:%=$(STAMPS)/%.alone)
tidy: $(TIDIED:%=$(STAMPS)/%.tidy)

$(STAMPS)/%.format: % .clang-format
	@mkdir -p $(@D)
	@clang-format --dry-run -Werror $<
	@touch $@

# Every header compiles alone.
$(STAMPS)/%.alone: %
	@mkdir -p $(@D)
	@g++ -std=c++20 -I. -fsyntax-only -MMD -MF $@.d -MT $@ -include $< -x c++ /dev/null
	@touch $@

# build/dev's flags are g++'s: clang does not know all of its warnings.
$(STAMPS)/%.tidy: % .clang-tidy
	@mkdir -p $(@D)
	@echo "tidy $<"
	@clang-tidy -p build/dev --quiet --extra-arg=-Wno-unknown-warning-option $< 2>$@.log \
	  || { cat $@.log; exit 1; }
	@g++ -std=c++20 -I. -MM -MF $@.d -MT $@ $<
	@touch $@

-include $(ALONE:%=$(STAMPS)/%.alone.d) $(TIDIED:%=$(STAMPS)/%.tidy.d)
