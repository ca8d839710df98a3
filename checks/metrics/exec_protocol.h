/// What a program of type exec reads on stdin, and what it prints.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate::exec {

/// Host names; empty where the check names none.
struct Groups {
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
};

/// `{"version": 1, "queries": […], "hosts": {…}}`. Times and steps are seconds.
[[nodiscard]] std::string request_document(std::span<const RangeQuery> queries,
                                           const Groups& groups);

/// One answer a query, in their order; its error is a clause: what the program says of it, or what
/// is wrong with what it printed. The whole is an error where that is no answer to `queries`.
using Answers = std::vector<Result<QueryAnswer, std::string>>;
[[nodiscard]] Result<Answers, std::string> parse_answers(std::string output,
                                                         std::span<const RangeQuery> queries);

}  // namespace canarygate::exec
