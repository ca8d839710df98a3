/// GitLab's Code Quality report, for the widget of a merge request: an entry for each metric that
/// did not pass. (Its test page reads the `junit` report.)
#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>

#include "checks/text.h"
#include "pipelines/explanation/test_cases.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;
using explanation::Mark;
using explanation::TestCase;

const char* severity_of(const TestCase& test) {
  switch (test.mark) {
    case Mark::failure:
      return "blocker";
    case Mark::error:
      return "critical";
    case Mark::skipped:
    case Mark::passed:
      break;
  }
  return test.verdict == Verdict::fail ? "major" : "info";
}

/// FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/
std::uint64_t hash(std::string_view text, std::uint64_t state) {
  for (const char c : text) state = (state ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return state;
}

/// The same for the same finding in every run: by it GitLab tells what is new and what is resolved.
std::string fingerprint(const Report& report, const TestCase& test) {
  const std::string key =
      fmt::format("{}\n{}\n{}\n{}", report.outcome.check, report.outcome.environment, test.name,
                  to_string(test.verdict));
  constexpr std::uint64_t kBasis = 0xcbf29ce484222325U;
  const std::uint64_t first = hash(key, kBasis);
  return fmt::format("{:016x}{:016x}", first, hash(key, first));
}

void add_entries(const Report& report, Json& entries) {
  const std::string check = printable(report.outcome.check);
  for (const TestCase& test : explanation::test_cases(report)) {
    if (test.mark == Mark::passed) continue;
    const std::string where = check.empty() ? "" : check + ": ";
    entries.push_back({{"description", printable(where + test.name + ": " + test.message)},
                       {"check_name", check.empty() ? "canarygate" : "canarygate/" + check},
                       {"fingerprint", fingerprint(report, test)},
                       {"severity", severity_of(test)},
                       {"location",
                        {{"path", check.empty() ? "canarygate.yaml" : "checks/" + check + ".yaml"},
                         {"lines", {{"begin", 1}}}}}});
  }
}

}  // namespace

std::string render_gitlab(const Report& report) { return render_all_gitlab({&report, 1}); }

std::string render_all_gitlab(std::span<const Report> reports) {
  Json entries = Json::array();
  for (const Report& report : reports) add_entries(report, entries);
  return entries.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace canarygate
