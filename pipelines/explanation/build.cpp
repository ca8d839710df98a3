#include <fmt/format.h>

#include "pipelines/explanation/parts.h"

namespace canarygate::explanation {

namespace {

constexpr std::size_t kObjectName = 40;  ///< characters of a Git commit's name
constexpr std::size_t kShown = 12;       ///< of them, as many as tell it from any other

std::string fact_of(const Report& report, const char* name) {
  const auto found = report.ci.find(name);
  return found == report.ci.end() ? "" : found->second;
}

std::string short_commit(const std::string& commit) {
  const bool whole = commit.size() == kObjectName &&
                     commit.find_first_not_of("0123456789abcdef") == std::string::npos;
  return whole ? commit.substr(0, kShown) : commit;
}

/// `7c1d0f2b6f5c on main, by Alice`; what is not known is left out.
std::string commit_words(const Report& report) {
  std::string words = short_commit(fact_of(report, "commit"));
  const std::string branch = fact_of(report, "branch");
  const std::string author = fact_of(report, "author");
  if (!branch.empty()) words += (words.empty() ? "on " : " on ") + branch;
  if (!author.empty()) words += (words.empty() ? "by " : ", by ") + author;
  return words;
}

}  // namespace

void add_build(const Report& report, std::vector<Block>& blocks) {
  Facts facts;
  const auto add = [&](const char* label, const std::string& value, bool verbatim) {
    if (!value.empty()) facts.facts.push_back({label, value, verbatim});
  };
  const std::string url = fact_of(report, "build_url");
  add("build", url.empty() ? fact_of(report, "provider") : url, !url.empty());
  add("commit", commit_words(report), false);
  add("pull request", fact_of(report, "pull_request"), true);
  if (facts.facts.empty()) return;
  blocks.push_back(Heading{"Where this ran"});
  blocks.push_back(facts);
}

}  // namespace canarygate::explanation
