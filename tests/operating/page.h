/// docs/statistics.md and its figures, from what was measured: the tables between the page's
/// markers, docs/figures/*.svg, and the numbers behind them as docs/figures/results.json.
#pragma once

#include <filesystem>

#include "tests/operating/results.h"

namespace canarygate::operating {

/// `docs` has a statistics.md with the markers `<!-- NAME: … -->` and `<!-- /NAME -->` of each
/// table. What stands between them is replaced, all else is left as it is.
[[nodiscard]] Status write_page(const std::filesystem::path& docs, const Results& results);

}  // namespace canarygate::operating
