#include "checks/metrics/host_label.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"

namespace canarygate {

namespace {

std::string names_of(const Series& series) {
  std::vector<std::string> names;
  for (const auto& [name, value] : series.labels) names.push_back(printable(shorten(name, 60)));
  return names.empty() ? ", nor any other" : fmt::format(" (one has: {})", list_of(names, 10));
}

}  // namespace

Status name_hosts(QueryAnswer& answer, const std::string& host_label, const std::string& from) {
  std::vector<Series> named;
  std::vector<Series> nameless;
  const std::size_t total = answer.series.size();
  for (Series& series : answer.series) {
    const auto host = series.labels.find(host_label);
    if (host != series.labels.end()) series.host = host->second;
    (host == series.labels.end() ? nameless : named).push_back(std::move(series));
  }
  answer.series = std::move(named);
  if (nameless.empty()) return Done{};
  const std::string text = fmt::format(
      "{} from {} {} no label '{}', which should name the host{}. Aggregate `by ({})`, or set "
      "`host_label` to the label that does",
      total == 1 ? "the only series" : fmt::format("{} of {} series", nameless.size(), total), from,
      nameless.size() == 1 ? "has" : "have", host_label, names_of(nameless.back()), host_label);
  if (answer.series.empty()) return fail(ErrorKind::backend, text);
  if (std::ranges::find(answer.warnings, text) == answer.warnings.end()) {
    answer.warnings.push_back(text);
  }
  return Done{};
}

}  // namespace canarygate
