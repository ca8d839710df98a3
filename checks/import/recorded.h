/// Recording rules, put in where an alert asks for what they record: what is recorded over all
/// hosts has none to tell apart, and what it was recorded from has.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace canarygate {

struct WithRecorded {
  std::string query;
  std::vector<std::string> put_in;  ///< names of recorded series, in the order of their use
  std::vector<std::string> kept;    ///< recorded names that stay: with a range or with matchers
};

/// `query` with every plain use of a name of `recorded` (name to expression) as that expression in
/// parentheses, and so on in what was put in, as far as it stays readable. A query that has no
/// outline comes back as it is.
[[nodiscard]] WithRecorded put_in_recorded(const std::string& query,
                                           const std::map<std::string, std::string>& recorded);

}  // namespace canarygate
