/// `history stats`: text, JSON, and the page of it.
#pragma once

#include "cli/commands.h"
#include "pipelines/history/store.h"

namespace canarygate {

int print_stats(history::Store& store, const history::Filter& filter, const Options& options,
                TimePoint now, Console& console);

}  // namespace canarygate
