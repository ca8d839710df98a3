#include "checks/metrics/cloudwatch_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::cloudwatch {

namespace {}  // namespace

void Pages::add(const Reply& reply) {
  for (const Reply::Row& row : reply.rows) statuses_[{row.id, row.label}] = row.status;
}

Pages::Verdict Pages::verdict(const std::vector<std::string>& ids) const {
  for (const auto& [row, status] : statuses_) {
    if (status == "Complete") continue;
    if (status == "InternalError") return {"it had an internal error", true};
    if (status == "Forbidden") return {"these keys may not read a metric of the query", false};
    const std::string shown = status == "PartialData" ? status : printable(shorten(status, 40));
    return {fmt::format("it sent only a part (StatusCode '{}')", shown), false};
  }
  for (const std::string& id : ids) {
    const auto row = statuses_.lower_bound({id, ""});
    if (row == statuses_.end() || row->first.first != id) {
      return {fmt::format("it says nothing of '{}', which was asked for", id), false};
    }
  }
  return {};
}

Result<Done, std::string> Answer::add(const Reply& reply) {
  for (const Reply::Row& row : reply.rows) {
    const std::string host = host_in_label(row.label);
    Values& values =
        values_[row.id]
            .try_emplace(host, Values(static_cast<std::size_t>(grid_.points), kMissing))
            .first->second;
    for (const auto& [begin, number] : row.points) {
      const auto point = point_of(begin, grid_);
      if (!point || std::isnan(number)) continue;
      double& value = values[static_cast<std::size_t>(*point - 1)];
      if (!std::isnan(value) && value != number) {
        return unexpected(fmt::format(
            "two series of '{}' have a number at {}; narrow the query "
            "down to one series a host",
            printable(shorten(host.empty() ? row.label : host, 60)), format_time(begin)));
      }
      value = number;
    }
    for (const std::string& message : row.messages) {
      const std::string text = "CloudWatch says: " + message;
      if (std::ranges::find(warnings_, text) == warnings_.end()) warnings_.push_back(text);
    }
  }
  return Done{};
}

const Answer::Values* Answer::values_of(const std::string& id) const {
  const auto found = values_.find(id);
  return found == values_.end() ? nullptr : &found->second.begin()->second;
}

QueryAnswer Answer::of_metric(const Dimension& host, bool has_witness) const {
  QueryAnswer answer{{}, warnings_};
  for (std::size_t h = 0; h < host.values.size(); ++h) {
    const Values* found = values_of(value_id(h));
    if (found == nullptr) continue;
    Series series{host.values[h], {{host.name, host.values[h]}}, *found};
    const Values* witness = has_witness ? values_of(witness_id(h)) : nullptr;
    for (std::size_t i = 0; witness != nullptr && i < series.values.size(); ++i) {
      if (std::isnan(series.values[i]) && (*witness)[i] > 0) series.values[i] = 0;
    }
    if (has_numbers(series)) answer.series.push_back(std::move(series));
  }
  return answer;
}

QueryAnswer Answer::of_search(const std::string& host_label) const {
  QueryAnswer answer{{}, warnings_};
  for (const auto& [id, hosts] : values_) {
    for (const auto& [host, values] : hosts) {
      Series series{host, {}, values};
      if (!host.empty()) series.labels[host_label] = host;
      if (has_numbers(series)) answer.series.push_back(std::move(series));
    }
  }
  return answer;
}

}  // namespace canarygate::cloudwatch
