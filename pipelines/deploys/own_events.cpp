#include "pipelines/deploys/own_events.h"

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::deploys {

namespace {

constexpr std::size_t kLongestLabel = 100;  ///< characters

/// After the words, up to what can be part of no time.
std::optional<TimePoint> time_after(std::string_view words, std::string_view line) {
  const std::size_t at = line.find(words);
  if (at == std::string_view::npos) return std::nullopt;
  line.remove_prefix(at + words.size());
  return parse_time(line.substr(0, line.find_first_not_of("0123456789-:.TZ")));
}

}  // namespace

std::vector<std::string> own_tags(const std::string& check, const std::string& environment) {
  std::vector<std::string> tags{"canarygate", "check:" + check};
  if (!environment.empty()) tags.push_back("environment:" + environment);
  return tags;
}

bool is_own(const Event& event) {
  return std::ranges::find(event.tags, "canarygate") != event.tags.end();
}

std::optional<backtest::PastDeploy> own_deploy(const Event& event) {
  std::optional<TimePoint> time;
  std::string commit;
  std::string run;
  for (const std::string& line : split(event.text, '\n')) {
    // The sentence of a start, and a line of its own with a verdict.
    const bool start = line.starts_with("STARTED: the canary of ");
    if (start && !time) time = time_after(", deployed at ", line);
    if (line.starts_with("deployed at ")) time = time_after("deployed at ", line);
    if (line.starts_with("commit: ")) commit = line;
    if (line.starts_with("canarygate ")) run = line;
  }
  if (!time) return std::nullopt;
  backtest::PastDeploy deploy;
  deploy.deployed_at = *time;
  deploy.label = printable(shorten(commit.empty() ? run : commit, kLongestLabel));
  return deploy;
}

}  // namespace canarygate::deploys
