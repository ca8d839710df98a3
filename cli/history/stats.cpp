#include "cli/history/stats.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/history/stats.h"
#include "pipelines/write_report.h"

namespace canarygate {

namespace {

using history::CheckStats;
using history::MetricStats;
using Json = nlohmann::ordered_json;

Json precision(const history::Marks& marks) {
  const auto share = marks.precision();
  return share ? Json(*share) : Json(nullptr);
}

Json to_json(const MetricStats& metric) {
  return {{"name", metric.name},
          {"deploys", metric.deploys},
          {"failed", metric.failed},
          {"marked_right", metric.marks.right},
          {"marked_wrong", metric.marks.wrong},
          {"precision", precision(metric.marks)}};
}

Json to_json(const CheckStats& stats) {
  Json weeks = Json::array();
  for (const history::Week& week : stats.weeks) {
    weeks.push_back(
        {{"begin", format_time(week.begin)}, {"deploys", week.deploys}, {"stopped", week.stopped}});
  }
  Json metrics = Json::array();
  for (const MetricStats& metric : stats.metrics) metrics.push_back(to_json(metric));
  const history::Recommendation recommendation = history::recommend(stats);
  return {{"check", stats.check},
          {"environment", stats.environment.empty() ? Json(nullptr) : Json(stats.environment)},
          {"mode", stats.soft ? "soft" : "hard"},
          {"deploys", stats.deploys},
          {"stopped", stats.stopped},
          {"trouble", stats.trouble},
          {"marked_right", stats.marks.right},
          {"marked_wrong", stats.marks.wrong},
          {"precision", precision(stats.marks)},
          {"missed", stats.missed},
          {"overridden", stats.overridden},
          {"soft_deploys", stats.soft_deploys},
          {"soft_stopped", stats.soft_stopped},
          {"unmarked", stats.unmarked},
          {"ready", recommendation.ready},
          {"recommendation", recommendation.text},
          {"weeks", std::move(weeks)},
          {"metrics", std::move(metrics)}};
}

std::string share(const history::Marks& marks) {
  const auto value = marks.precision();
  return value ? fmt::format(", precision {:.0f} % ({} of {} marked)", 100 * *value, marks.right,
                             marks.right + marks.wrong)
               : "";
}

std::string to_text(const CheckStats& stats) {
  std::string text = stats.check;
  if (!stats.environment.empty()) text += " in " + stats.environment;
  text += fmt::format("\n  {}\n", history::recommend(stats).text);
  text += fmt::format("  stopped, or would have been: {} of {} deploys{}\n", stats.stopped,
                      stats.deploys, share(stats.marks));
  if (stats.missed > 0) text += fmt::format("  passed, and marked wrong: {}\n", stats.missed);
  text += fmt::format("  trend, stopped: {}\n", history::trend_text(stats));
  std::size_t width = 0;
  for (const MetricStats& metric : stats.metrics) {
    width = std::max(width, characters_in(metric.name));
  }
  for (const MetricStats& metric : stats.metrics) {
    text += fmt::format("    {}{}  failed in {} of {}{}\n", metric.name,
                        std::string(width - characters_in(metric.name), ' '), metric.failed,
                        metric.deploys, share(metric.marks));
  }
  return text;
}

}  // namespace

int print_stats(history::Store& store, const history::Filter& filter, const Options& options,
                TimePoint now, Console& console) {
  auto records = store.list(filter);
  if (!records) {
    console.err << "canarygate: " << records.error().text << "\n";
    return 2;
  }
  const std::vector<CheckStats> checks = history::stats_of(std::move(*records));
  if (options.format == Options::Format::json) {
    Json list = Json::array();
    for (const CheckStats& stats : checks) list.push_back(to_json(stats));
    const Json document = {{"version", 1}, {"checks", std::move(list)}};
    console.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
  } else if (checks.empty()) {
    console.out << "no such run in " << store.where() << "\n";
  } else {
    for (std::size_t i = 0; i < checks.size(); ++i) {
      console.out << (i == 0 ? "" : "\n") << to_text(checks[i]);
    }
  }
  if (options.history.html.empty()) return 0;
  const auto written = write_report(options.history.html, history::stats_page(checks, now));
  if (written) return 0;
  console.err << "canarygate: " << written.error().text << "\n";
  return 2;
}

}  // namespace canarygate
