#include "cli/init/propose.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace canarygate::init {

namespace {

/// Of the runtimes, the exporters and Prometheus' own client libraries, not of the service.
constexpr std::array<std::string_view, 8> kNotTheService = {
    "go_", "process_", "promhttp_", "net_conntrack_", "scrape_", "node_", "jvm_", "prometheus_sd_"};

constexpr std::array<std::string_view, 5> kCodeLabels = {"code", "status", "status_code",
                                                         "http_status", "response_code"};

constexpr const char* kGrpcFailures =
    "Unknown|DeadlineExceeded|Unimplemented|Internal|Unavailable|DataLoss";

std::string without_suffix(const std::string& name, std::string_view suffix) {
  return name.substr(0, name.size() - suffix.size());
}

/// `http_request_duration_seconds` is `http request duration`.
std::string as_words(std::string name) {
  for (const std::string_view unit : {"_seconds", "_milliseconds", "_ms", "_total"}) {
    if (name.ends_with(unit)) name = without_suffix(name, unit);
  }
  std::ranges::replace(name, '_', ' ');
  std::ranges::replace(name, ':', ' ');
  return name;
}

class Proposer {
 public:
  Proposer(const Exposed& exposed, const HostMatch& hosts) : exposed_(exposed), hosts_(hosts) {}

  std::vector<ProposedMetric> all() {
    for (const bool of_requests : {true, false}) {
      for (const auto& [name, labels] : exposed_) {
        if ((name.find("request") != std::string::npos) == of_requests) add_ratio(name, labels);
      }
    }
    for (const auto& [name, labels] : exposed_) add_errors(name);
    for (const bool of_requests : {true, false}) {
      for (const auto& [name, labels] : exposed_) {
        if ((name.find("request") != std::string::npos) == of_requests) add_latency(name, labels);
      }
    }
    add_processes();
    return std::move(proposed_);
  }

 private:
  [[nodiscard]] bool has(const std::string& name) const { return exposed_.contains(name); }

  static bool is_of_the_service(const std::string& name) {
    return std::ranges::none_of(kNotTheService,
                                [&](std::string_view start) { return name.starts_with(start); });
  }

  /// `name{instance=~"{{hosts}}",more}`
  [[nodiscard]] std::string select(const std::string& name, const std::string& more = "") const {
    return fmt::format("{}{{{}=~\"{}\"{}{}}}", name, hosts_.label, hosts_.pattern,
                       more.empty() ? "" : ",", more);
  }
  [[nodiscard]] std::string over_window(const char* function, const std::string& selector) const {
    return fmt::format("sum by ({}) ({}({}[{{{{rate_window}}}}]))", hosts_.label, function,
                       selector);
  }

  void add(ProposedMetric metric) {
    const auto same = [&](const ProposedMetric& one) { return one.name == metric.name; };
    if (std::ranges::any_of(proposed_, same)) metric.name += " (" + metric.source + ")";
    proposed_.push_back(std::move(metric));
  }

  /// Counters of everything, by how it ended. What is not good is counted: a series of errors is
  /// only there once there was one.
  void add_ratio(const std::string& name,
                 const std::map<std::string, std::set<std::string>>& labels) {
    if (!is_of_the_service(name) || (!name.ends_with("_total") && !name.ends_with("_count")))
      return;
    std::string good;
    const auto is_http_code = [](const std::string& value) {
      return value.size() == 3 && value.find_first_not_of("0123456789x") == std::string::npos;
    };
    for (const std::string_view label : kCodeLabels) {
      const auto values = labels.find(std::string(label));
      if (values == labels.end() || !std::ranges::any_of(values->second, is_http_code)) continue;
      good = fmt::format("{}!~\"5..\"", label);
      break;
    }
    if (labels.contains("grpc_code")) good = fmt::format("grpc_code!~\"{}\"", kGrpcFailures);
    if (good.empty()) return;
    const std::string all = over_window("increase", select(name));
    const std::string counted =
        name.ends_with("_total") ? without_suffix(name, "_total") : without_suffix(name, "_count");
    add({"error ratio", name, as_words(counted) + " error ratio", "",
         all + "\n- " + over_window("increase", select(name, good)), all});
  }

  void add_errors(const std::string& name) {
    constexpr std::array<std::string_view, 4> kEnds = {"_errors_total", "_failed_total",
                                                       "_failures_total", "_exceptions_total"};
    const auto end = std::ranges::find_if(
        kEnds, [&](std::string_view suffix) { return name.ends_with(suffix); });
    if (end == kEnds.end() || !is_of_the_service(name)) return;
    ProposedMetric metric{"errors", name, as_words(name), "", "", ""};
    const std::string base = without_suffix(name, *end);
    for (const std::string_view whole :
         {"_total", "_requests_total", "_processed_total", "_done_total"}) {
      if (!has(base + std::string(whole))) continue;
      metric.errors = over_window("increase", select(name));
      metric.total = over_window("increase", select(base + std::string(whole)));
      return add(std::move(metric));
    }
    metric.query = over_window("rate", select(name));
    metric.unit = "1/s";
    add(std::move(metric));
  }

  static std::string unit_of(const std::string& name) {
    if (name.ends_with("_seconds")) return "s";
    if (name.ends_with("_milliseconds") || name.ends_with("_ms")) return "ms";
    return "";
  }

  void add_latency(const std::string& name,
                   const std::map<std::string, std::set<std::string>>& labels) {
    if (!is_of_the_service(name)) return;
    if (name.ends_with("_bucket") && labels.contains("le")) {
      const std::string base = without_suffix(name, "_bucket");
      if (unit_of(base).empty()) return;
      add({"latency", name, "p99 " + as_words(base),
           fmt::format("histogram_quantile(0.99, sum by ({}, le) (rate({}[{{{{rate_window}}}}])))",
                       hosts_.label, select(name)),
           "", "", unit_of(base)});
      return;
    }
    const auto quantiles = labels.find("quantile");
    if (quantiles == labels.end() || unit_of(name).empty()) return;
    const std::string quantile = highest_below_all(quantiles->second);
    if (quantile.empty()) return;
    add({"latency", name, fmt::format("q{} {}", quantile, as_words(name)),
         fmt::format("max by ({}) ({})", hosts_.label,
                     select(name, fmt::format("quantile=\"{}\"", quantile))),
         "", "", unit_of(name)});
  }

  /// The highest quantile up to 0.99: those above are noise, and 1 is the worst single request.
  static std::string highest_below_all(const std::set<std::string>& quantiles) {
    constexpr double kHighest = 0.99;
    std::string best;
    for (const std::string& text : quantiles) {
      const double value = std::strtod(text.c_str(), nullptr);
      if (value < 0.5 || value > kHighest) continue;
      if (best.empty() || value > std::strtod(best.c_str(), nullptr)) best = text;
    }
    return best;
  }

  void add_processes() {
    const auto add_if = [&](const std::string& name, ProposedMetric metric) {
      if (!has(name)) return;
      metric.source = name;
      add(std::move(metric));
    };
    const auto rate_of = [&](const std::string& name) { return over_window("rate", select(name)); };
    const auto sum_of = [&](const std::string& selector) {
      return fmt::format("sum by ({}) ({})", hosts_.label, selector);
    };
    add_if("process_cpu_seconds_total",
           {"cpu", "", "cpu", rate_of("process_cpu_seconds_total"), "", ""});
    add_if(
        "process_resident_memory_bytes",
        {"memory", "", "memory", sum_of(select("process_resident_memory_bytes")), "", "", "bytes"});
    add_if("jvm_memory_used_bytes",
           {"jvm heap", "", "jvm heap", sum_of(select("jvm_memory_used_bytes", "area=\"heap\"")),
            "", "", "bytes", "higher", "50%"});
    add_if("jvm_memory_bytes_used",
           {"jvm heap", "", "jvm heap", sum_of(select("jvm_memory_bytes_used", "area=\"heap\"")),
            "", "", "bytes", "higher", "50%"});
    for (const std::string name : {"jvm_gc_pause_seconds_sum", "jvm_gc_collection_seconds_sum"}) {
      add_if(name, {"jvm gc", "", "jvm gc time", rate_of(name), "", "", "", "higher", "50%"});
    }
    add_if("go_goroutines", {"goroutines", "", "goroutines", sum_of(select("go_goroutines")), "",
                             "", "", "higher", "50%"});
  }

  const Exposed& exposed_;
  const HostMatch& hosts_;
  std::vector<ProposedMetric> proposed_;
};

}  // namespace

std::size_t most_of(const std::string& kind) {
  if (kind == "errors") return 3;
  return kind == "error ratio" || kind == "latency" ? 2 : 1;
}

std::vector<ProposedMetric> propose(const Exposed& exposed, const HostMatch& hosts) {
  return Proposer(exposed, hosts).all();
}

}  // namespace canarygate::init
