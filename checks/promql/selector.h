/// `name{label="value", …}` to matchers.
#pragma once

#include <vector>

#include "checks/promql/matcher.h"
#include "checks/promql/tokens.h"
#include "checks/result.h"

namespace canarygate::promql {

/// Of a word and of braces, either of which may be missing (null), not both. The mistake's place
/// counts from the query's beginning, as the tokens' do.
[[nodiscard]] Result<std::vector<Matcher>, Mistake> read_selector(const Token* name,
                                                                  const Token* braces);

}  // namespace canarygate::promql
