#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <set>

#include "checks/braces.h"
#include "checks/duration.h"
#include "checks/import/datadog_monitor.h"
#include "checks/import/datadog_per_host.h"
#include "checks/import/importer.h"
#include "checks/import/monitoring.h"
#include "checks/import/promql_metric.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kMostTags = 20;
constexpr std::size_t kMostServices = 1000;

std::string text_of(const JsonPlace& place) { return place.text().value_or(""); }

/// `Load of {{host.name}}` as `Load of host.name`, and nothing of `{{#is_alert}}`.
std::string without_templates(const std::string& text) {
  const CutText cut = cut_at_braces(text);
  std::string words;
  for (const Piece& piece : cut.pieces) {
    const bool is_condition =
        piece.is_variable && !piece.text.empty() &&
        std::string_view("#/^!").find(piece.text.front()) != std::string_view::npos;
    if (!is_condition) words += piece.text;
  }
  return words;
}

/// The message's first line that says something, without mentions and templates.
std::string first_line(const std::string& message) {
  for (const std::string& line : split(message.substr(0, 10'000), '\n')) {
    std::vector<std::string> words;
    for (const std::string& word : split(without_templates(line), ' ')) {
      if (!word.empty() && word.front() != '@') words.push_back(word);
    }
    std::string said = line_from(join(words, " "));
    if (!said.empty()) return said;
  }
  return "";
}

std::vector<std::string> tags_of(const JsonPlace& monitor) {
  std::vector<std::string> tags;
  for (const JsonPlace& tag : monitor["tags"].elements()) {
    const std::string text = line_from(text_of(tag));
    if (!text.empty() && tags.size() < kMostTags) tags.push_back(text);
  }
  return tags;
}

/// `web` where exactly one of `tags` is `service:web`.
std::string value_of(const std::vector<std::string>& tags, std::string_view key) {
  std::string value;
  for (const std::string& tag : tags) {
    if (!tag.starts_with(key) || tag.size() == key.size()) continue;
    if (!value.empty()) return "";
    value = tag.substr(key.size());
  }
  return value;
}

/// A monitor that a check can have.
struct Monitor {
  JsonPlace place;
  std::string name;
  std::vector<std::string> tags;
};

/// The monitors of one check.
struct Service {
  std::string key;  ///< what they have in common
  std::string name;
  std::vector<Monitor> monitors;
};

/// One service's check.
class CheckMaker {
 public:
  explicit CheckMaker(const Service& service) : service_(service) {}

  DraftCheck draft;
  LeftOutList left_out;

  void run() {
    draft.check.name = service_.name;
    draft.check.window.step = std::chrono::seconds(30);
    draft.key_comments["window"].emplace_back(
        "Steps of 30s fit both what Datadog's agent sends every 10s and every 15s.");
    for (const Monitor& monitor : service_.monitors) read(monitor);
    if (draft.metrics.empty()) return;
    draft.check.description = fmt::format("Monitors of {}", service_.name);
    draft.check.tags.assign(shared_.begin(), shared_.end());
    if (teams_.size() == 1) draft.check.owner = *teams_.begin();
    ask_who_is_who(draft);
  }

 private:
  void leave_out(const Monitor& monitor, const std::string& why) {
    left_out.add(monitor.place, fmt::format("monitor `{}`: {}", monitor.name, why));
  }

  void read(const Monitor& monitor) {
    const std::string type = text_of(monitor.place["type"]);
    const std::string query = text_of(monitor.place["query"]);
    if (!type.empty() && type != "metric alert" && type != "query alert") {
      return leave_out(monitor, fmt::format("it is a `{}`, which compares no metric with a number",
                                            line_from(type)));
    }
    if (const std::string why = why_no_query(query); !why.empty()) return leave_out(monitor, why);
    const auto apart = take_monitor_apart(query);
    if (!apart) return leave_out(monitor, apart.error());
    const auto asked = datadog_per_host(apart->expression);
    if (!asked) return leave_out(monitor, asked.error());
    if (draft.metrics.size() == kMostImportedMetrics) {
      return leave_out(
          monitor, fmt::format("a check has at most {} imported metrics", kMostImportedMetrics));
    }
    add_metric(monitor, query, *apart, *asked);
  }

  void add_metric(const Monitor& monitor, const std::string& query,
                  const DatadogMonitorQuery& apart, const DatadogPerHost& asked) {
    DraftMetric metric;
    metric.spec.name = monitor.name;
    metric.spec.query = asked.query;
    metric.backend_type = "datadog";
    if (asked.host_label != "host") metric.spec.host_label = asked.host_label;
    metric.spec.worse = worse_of(apart);
    describe(monitor, query, metric);
    if (!asked.notes.empty()) {
      metric.comments.push_back(fmt::format("Asked for each host: {}.", join(asked.notes, "; ")));
    }
    add_limit(monitor, apart, asked, metric);
    if (const std::string team = value_of(monitor.tags, "team:"); !team.empty())
      teams_.insert(team);
    shared_ = draft.metrics.empty() ? std::set(monitor.tags.begin(), monitor.tags.end())
                                    : common(monitor.tags);
    draft.metrics.push_back(std::move(metric));
  }

  [[nodiscard]] std::set<std::string> common(const std::vector<std::string>& tags) const {
    std::set<std::string> both;
    for (const std::string& tag : tags) {
      if (shared_.contains(tag)) both.insert(tag);
    }
    return both;
  }

  static Worse worse_of(const DatadogMonitorQuery& apart) {
    if (apart.wrapper == "outliers") return Worse::either;
    if (apart.wrapper != "anomalies") return apart.above() ? Worse::higher : Worse::lower;
    if (apart.direction.empty()) return Worse::either;
    return apart.direction == "above" ? Worse::higher : Worse::lower;
  }

  static void describe(const Monitor& monitor, const std::string& query, DraftMetric& metric) {
    const std::string message = first_line(text_of(monitor.place["message"]));
    if (!message.empty()) metric.comments.push_back(message);
    std::string head = "Monitor";
    if (monitor.place["id"].exists()) head += " " + line_from(monitor.place["id"].shown());
    if (const auto priority = monitor.place["priority"].number()) {
      head += fmt::format(", priority {}", *priority);
      metric.spec.critical = *priority == 1;
    }
    metric.comments.push_back(fmt::format("{}: {}", head, shown_query(query)));
    const JsonPlace thresholds = monitor.place["options"]["thresholds"];
    std::vector<std::string> others;
    for (const auto* key : {"critical_recovery", "warning", "warning_recovery"}) {
      const auto number = thresholds[key].number();
      if (number) others.push_back(fmt::format("{} {}", key, *number));
    }
    if (!others.empty()) {
      metric.comments.push_back(fmt::format("Its other thresholds: {}.", join(others, ", ")));
    }
    if (!monitor.tags.empty()) {
      metric.comments.push_back(fmt::format("Tags: {}", join(monitor.tags, ", ")));
    }
  }

  void add_limit(const Monitor& monitor, const DatadogMonitorQuery& apart,
                 const DatadogPerHost& asked, DraftMetric& metric) {
    MetricSpec& spec = metric.spec;
    const auto bound = bound_of(apart, asked);
    if (!bound) {
      leave_out(monitor, fmt::format("no limit of {}: {}", apart.threshold, bound.error()));
      return;
    }
    set_limit(spec, apart.above(), *bound, apart.comparison.size() == 2);
    if (asked.tells_hosts_apart) spec.limit->per = Limit::Per::host;
    const WindowSpec& window = draft.check.window;
    if (*bound != apart.threshold) {
      metric.comments.push_back(fmt::format("{} in {} are {} in a step of {}.", apart.threshold,
                                            format_duration(apart.window), *bound,
                                            format_duration(window.step)));
    }
    const std::int64_t points = window.duration / window.step;
    const bool all = apart.over_time == (apart.above() ? "min" : "max");
    const bool any = apart.over_time == (apart.above() ? "max" : "min");
    if (all) {
      const std::int64_t run = std::clamp<std::int64_t>(apart.window / window.step, 1, points);
      spec.limit->run = Limit::Run{run, run};
    } else if (any) {
      spec.limit->run = Limit::Run{1, 1};
    }
  }

  /// What one bucket of `step` may have; or why that cannot be said.
  [[nodiscard]] Result<double, std::string> bound_of(const DatadogMonitorQuery& apart,
                                                     const DatadogPerHost& asked) const {
    if (!apart.wrapper.empty()) {
      return unexpected(fmt::format("it is held against what `{}` makes of it", apart.wrapper));
    }
    if (!apart.change.empty()) {
      return unexpected(fmt::format("it is held against a change over time (`{}`)", apart.change));
    }
    if (!std::isfinite(apart.threshold)) return unexpected(std::string("it is no number to reach"));
    if (apart.threshold == 0) return 0.0;
    if (!asked.other_scale.empty()) return unexpected(asked.other_scale);
    const bool sums = apart.over_time == "sum";
    if (asked.counts && sums && apart.window > Duration(0)) {
      return apart.threshold * static_cast<double>(draft.check.window.step.count()) /
             static_cast<double>(apart.window.count());
    }
    if (asked.counts) {
      return unexpected(std::string("it counts over buckets of another length"));
    }
    // Of counts Datadog adds up each side of a quotient before it divides.
    if (sums && !asked.is_of_counts) {
      return unexpected(std::string("it is held against a sum over time"));
    }
    return apart.threshold;
  }

  const Service& service_;
  std::set<std::string> shared_;  // tags that all of them have
  std::set<std::string> teams_;
};

class MonitorFiles {
 public:
  Result<Imported, Problems> run(std::span<const ImportFile> files) {
    documents_.reserve(files.size());  // places point into them
    for (const ImportFile& file : files) {
      auto document = parse_json(file);
      if (!document) {
        problems_.push_back(document.error());
        continue;
      }
      documents_.push_back(std::move(*document));
      find_monitors(JsonPlace(&documents_.back(), file.path, ""), file.path);
    }
    if (!problems_.empty()) return unexpected(std::move(problems_));
    for (const Service& service : services_) {
      CheckMaker maker(service);
      maker.run();
      checks_.add(std::move(maker.draft), maker.left_out);
    }
    return checks_.take();
  }

 private:
  /// One monitor, a list of them, or an object with such a list.
  void find_monitors(const JsonPlace& place, const std::string& path) {
    if (place.is_list() || place["monitors"].is_list()) {
      const JsonPlace list = place.is_list() ? place : place["monitors"];
      for (const JsonPlace& monitor : list.elements()) add(monitor, path);
    } else {
      add(place, path);
    }
  }

  void add(const JsonPlace& place, const std::string& path) {
    if (!place["query"].is_text()) {
      problems_.push_back(place.problem(
          "no monitor: it has no text `query`; export monitors as JSON from Datadog's page of the "
          "monitor, or ask its API for /api/v1/monitor"));
      return;
    }
    Monitor monitor{place, line_from(without_templates(text_of(place["name"]))), tags_of(place)};
    if (monitor.name.empty()) {
      monitor.name = place["id"].exists() ? line_from(place["id"].shown()) : "monitor";
    }
    const std::string service = value_of(monitor.tags, "service:");
    const std::string key = service.empty() ? "file:" + path : "service:" + service;
    const auto [known, is_new] = places_.emplace(key, services_.size());
    if (known->second == kMostServices) {
      if (!problems_.empty()) return;
      problems_.push_back(place.problem(fmt::format(
          "more than {} checks would come of these monitors; give fewer of them at once",
          kMostServices)));
      return;
    }
    if (is_new) services_.push_back({key, service.empty() ? stem_of(path) : service, {}});
    services_[known->second].monitors.push_back(std::move(monitor));
  }

  std::vector<nlohmann::json> documents_;
  std::vector<Service> services_;
  std::map<std::string, std::size_t> places_;  // of services, by their key
  Problems problems_;
  ImportedChecks checks_;
};

Result<Imported, Problems> read(std::span<const ImportFile> files,
                                const ImportOptions& /*options*/) {
  return MonitorFiles().run(files);
}

}  // namespace

Importer datadog_monitors_importer() {
  Importer importer;
  importer.name = "datadog-monitors";
  importer.help = "metric monitors, one or a list of them (JSON)";
  importer.extensions = {".json"};
  importer.read = read;
  return importer;
}

}  // namespace canarygate
