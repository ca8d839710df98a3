#include "checks/import/recorded.h"

#include <algorithm>
#include <functional>

#include "checks/import/monitoring.h"
#include "checks/import/promql_places.h"

namespace canarygate {

namespace {

constexpr int kMostRounds = 5;  // a rule may record what another one recorded

void add_once(std::vector<std::string>& names, const std::string& name) {
  if (!has(names, name)) names.push_back(name);
}

/// One level of names; whether there was any, and room for it.
bool put_in_once(WithRecorded& result, const std::map<std::string, std::string>& recorded) {
  const auto root = promql::outline(result.query);
  if (!root) return false;
  std::vector<const promql::Outline*> uses;
  std::vector<std::string> names;
  visit_all(*root, [&](const promql::Outline& node) {
    const bool is_plain = node.kind == promql::Outline::Kind::selector && node.matchers.empty() &&
                          node.range.empty() && !node.is_offset;
    if (!is_plain || !recorded.contains(node.name)) return;
    uses.push_back(&node);
    names.push_back(node.name);
  });
  std::string query = result.query;
  // From the last, so that the places of those before stay true.
  std::ranges::sort(uses, std::ranges::greater(),
                    [](const promql::Outline* use) { return use->place.begin; });
  for (const promql::Outline* use : uses) {
    const promql::Place& place = use->place;
    const std::string& expression = recorded.at(use->name);
    const bool ends_in_comment = expression.find('#') != std::string::npos;
    query.replace(place.begin, place.end - place.begin,
                  "(" + expression + (ends_in_comment ? "\n)" : ")"));
    if (query.size() > kLongestImportedQuery) return false;
  }
  for (const std::string& name : names) add_once(result.put_in, name);
  result.query = std::move(query);
  return !uses.empty();
}

}  // namespace

WithRecorded put_in_recorded(const std::string& query,
                             const std::map<std::string, std::string>& recorded) {
  WithRecorded result{query, {}, {}};
  for (int round = 0; round < kMostRounds; ++round) {
    if (!put_in_once(result, recorded)) break;
  }
  const auto root = promql::outline(result.query);
  if (!root) return result;
  visit_all(*root, [&](const promql::Outline& node) {
    const bool is_recorded =
        recorded.contains(node.name) || node.name.find(':') != std::string::npos;
    if (node.kind == promql::Outline::Kind::selector && is_recorded) {
      add_once(result.kept, node.name);
    }
  });
  return result;
}

}  // namespace canarygate
