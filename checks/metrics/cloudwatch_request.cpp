#include "checks/metrics/cloudwatch_request.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::cloudwatch {

namespace {

using std::chrono::seconds;

constexpr std::size_t kMostQueries = 500;
constexpr std::int64_t kMostNumbers = 100'800;
// A search finds up to 500 series, and its answer has no second page.
constexpr std::int64_t kMostSearchedPoints = kMostNumbers / 500;
constexpr std::size_t kLongestExpression = 1024;
constexpr std::array<seconds, 5> kShortPeriods = {seconds(1), seconds(5), seconds(10), seconds(20),
                                                  seconds(30)};
constexpr seconds kMinute{60};

std::int64_t in_seconds(Duration length) {
  return std::chrono::duration_cast<seconds>(length).count();
}

/// Periods begin at multiples of their length. The first that ends after the grid's start and the
/// end of the last.
Parameters times_of(const Grid& grid) {
  const std::int64_t step = grid.step.count();
  const std::int64_t start = grid.start.time_since_epoch().count();
  const TimePoint begin{Duration(start / step * step)};
  return {{"Action", "GetMetricData"},
          {"Version", "2010-08-01"},
          {"StartTime", format_time(begin)},
          {"EndTime", format_time(begin + grid.points * grid.step)},
          {"ScanBy", "TimestampAscending"}};
}

/// Adds one metric of one host.
void add_member(Form& form, const std::string& id, const MetricQuery& query,
                const std::string& metric, const std::string& statistic, const Dimension& host,
                const std::string& host_name, const Grid& grid) {
  form.ids.push_back(id);
  const std::string member = fmt::format("MetricDataQueries.member.{}.", form.ids.size());
  const std::string stat = member + "MetricStat.";
  Parameters& out = form.parameters;
  out.emplace_back(member + "Id", id);
  out.emplace_back(stat + "Metric.Namespace", query.name_space);
  out.emplace_back(stat + "Metric.MetricName", metric);
  for (std::size_t d = 0; d < query.dimensions.size(); ++d) {
    const Dimension& dimension = query.dimensions[d];
    const std::string name = fmt::format("{}Metric.Dimensions.member.{}.", stat, d + 1);
    out.emplace_back(name + "Name", dimension.name);
    out.emplace_back(name + "Value", &dimension == &host ? host_name : dimension.values.front());
  }
  out.emplace_back(stat + "Period", fmt::format("{}", in_seconds(grid.step)));
  out.emplace_back(stat + "Stat", statistic);
}

}  // namespace

std::optional<std::string> step_fault(Duration step) {
  const bool whole_minutes = step >= kMinute && step % kMinute == Duration(0);
  if (whole_minutes || std::ranges::find(kShortPeriods, step) != kShortPeriods.end()) {
    return std::nullopt;
  }
  std::string nearest = format_duration(kShortPeriods.front());
  if (step > kMinute) {
    const Duration below = step - step % kMinute;
    nearest = fmt::format("{} and {}", format_duration(below), format_duration(below + kMinute));
  } else if (step > kShortPeriods.front()) {
    const auto above = std::ranges::upper_bound(kShortPeriods, step);
    nearest = fmt::format("{} and {}", format_duration(*std::prev(above)),
                          format_duration(above == kShortPeriods.end() ? kMinute : *above));
  }
  return fmt::format("CloudWatch has no period of {}; the nearest that `step` can be {} {}",
                     format_duration(step), nearest.find(' ') == std::string::npos ? "is" : "are",
                     nearest);
}

std::string value_id(std::size_t h) { return fmt::format("m{}", h); }
std::string witness_id(std::size_t h) { return fmt::format("w{}", h); }

Result<const Dimension*, std::string> host_dimension(const MetricQuery& query,
                                                     const std::string& host_label) {
  const Dimension* host = nullptr;
  std::vector<std::string> others;
  for (const Dimension& dimension : query.dimensions) {
    if (dimension.name == host_label) host = &dimension;
    others.push_back(printable(shorten(dimension.name, 60)));
  }
  if (host == nullptr) {
    return unexpected(
        fmt::format("it has no dimension '{}', which should name the host (it has "
                    "{}); write {}={{{{hosts}}}}, or give the metric a `host_label`",
                    host_label, list_of(others, 10), host_label));
  }
  for (const Dimension& dimension : query.dimensions) {
    if (&dimension == host || dimension.values.size() == 1) continue;
    return unexpected(
        fmt::format("'{}' has several values, but '{}' names the host; `host_label` "
                    "says which dimension does",
                    printable(shorten(dimension.name, 60)), host_label));
  }
  return host;
}

std::vector<Form> metric_forms(const MetricQuery& query, const Dimension& host, const Grid& grid) {
  const std::size_t each = query.zero_where.empty() ? 1 : 2;
  const auto fitting =
      static_cast<std::size_t>(std::max<std::int64_t>(1, kMostNumbers / grid.points));
  const std::size_t hosts = std::max<std::size_t>(1, std::min(kMostQueries, fitting) / each);
  std::vector<Form> forms;
  for (std::size_t h = 0; h < host.values.size(); ++h) {
    if (h % hosts == 0) forms.push_back({times_of(grid), {}});
    Form& form = forms.back();
    const std::string& name = host.values[h];
    add_member(form, value_id(h), query, query.metric, query.statistic, host, name, grid);
    if (each == 2) {
      add_member(form, witness_id(h), query, query.zero_where, "SampleCount", host, name, grid);
    }
  }
  return forms;
}

Result<std::vector<Form>, std::string> search_forms(const SearchQuery& query,
                                                    const std::string& host_label,
                                                    const Grid& grid) {
  if (query.period && *query.period != grid.step) {
    return unexpected(
        fmt::format("its period is {}, but the check's `step` is {}; leave the "
                    "period out",
                    format_duration(*query.period), format_duration(grid.step)));
  }
  if (query.search.find(host_label) == std::string::npos) {
    return unexpected(
        fmt::format("it does not name the dimension '{}', which should name the "
                    "host; put it between the braces, or give the metric a "
                    "`host_label`",
                    host_label));
  }
  const std::string expression =
      fmt::format("SEARCH('{}', '{}', {})", query.search, query.statistic, in_seconds(grid.step));
  if (expression.size() > kLongestExpression) {
    return unexpected(
        fmt::format("the search is {} characters long, of which CloudWatch takes {}; "
                    "name the metric and its dimensions instead",
                    expression.size(), kLongestExpression));
  }
  std::vector<Form> forms;
  for (std::int64_t first = 0; first < grid.points; first += kMostSearchedPoints) {
    const Grid piece{grid.at(first), grid.step, std::min(kMostSearchedPoints, grid.points - first)};
    Form& form = forms.emplace_back(Form{times_of(piece), {}});
    form.parameters.emplace_back("MetricDataQueries.member.1.Id", "s");
    form.parameters.emplace_back("MetricDataQueries.member.1.Expression", expression);
    // CloudWatch may write its own label beside ours; the bars tell them apart.
    form.parameters.emplace_back("MetricDataQueries.member.1.Label",
                                 fmt::format("|${{PROP('Dim.{}')}}|", host_label));
  }
  return forms;
}

std::string host_in_label(const std::string& label) {
  const std::size_t begin = label.find('|');
  const std::size_t end = label.rfind('|');
  if (begin == std::string::npos || begin == end) return "";
  std::string host = label.substr(begin + 1, end - begin - 1);
  return host == "--" ? "" : host;  // what CloudWatch writes for a dimension that is not there
}

std::optional<std::int64_t> point_of(TimePoint begin, const Grid& grid) {
  const Duration after = begin + grid.step - grid.start;
  if (after <= Duration(0)) return std::nullopt;
  const std::int64_t point = (after.count() + grid.step.count() - 1) / grid.step.count();
  if (point > grid.points) return std::nullopt;
  return point;
}

}  // namespace canarygate::cloudwatch
