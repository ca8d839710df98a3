#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/text.h"
#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/subject.h"
#include "cli/survey.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

/// The hosts of one group with how they map; where no numbers could be had, just the hosts.
std::vector<HostMapping> group_of(const Outcome& outcome, bool canary) {
  std::vector<HostMapping> group;
  for (const std::string& host : canary ? outcome.hosts.canary : outcome.hosts.baseline) {
    const auto known = std::ranges::find(outcome.mapping, host, &HostMapping::host);
    group.push_back(known != outcome.mapping.end() ? *known : HostMapping{host, canary, "", {}});
  }
  return group;
}

Json to_json(const std::vector<HostMapping>& group) {
  Json list = Json::array();
  for (const HostMapping& mapping : group) {
    list.push_back({{"host", mapping.host},
                    {"series", mapping.series.empty() ? Json(nullptr) : Json(mapping.series)},
                    {"nearest", mapping.nearest}});
  }
  return list;
}

void print_json(const Outcome& outcome, const std::vector<std::string>& troubles,
                Console& console) {
  Json warnings = Json::array();
  for (const Reason& warning : outcome.warnings) warnings.push_back(warning.text);
  const Json document = {{"version", 1},
                         {"check", outcome.check},
                         {"environment", outcome.environment},
                         {"canary", to_json(group_of(outcome, true))},
                         {"baseline", to_json(group_of(outcome, false))},
                         {"unmatched_series", outcome.unmatched_series},
                         {"warnings", warnings},
                         {"errors", troubles}};
  console.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
}

void print_group(const std::string& title, const std::vector<HostMapping>& group, bool numbers_seen,
                 Console& console) {
  console.out << fmt::format("\n{} ({})\n", title, count_of(group.size(), "host"));
  std::size_t width = 0;
  for (const HostMapping& mapping : group) width = std::max(width, printable(mapping.host).size());
  for (const HostMapping& mapping : group) {
    if (!numbers_seen) {
      console.out << "  " << printable(mapping.host) << "\n";
      continue;
    }
    std::string series = "no series";
    if (!mapping.series.empty()) {
      series = mapping.series == mapping.host ? "series of the same name"
                                              : "series " + printable(mapping.series);
    } else if (!mapping.nearest.empty()) {
      series += "; the nearest: " + printable(list_of(mapping.nearest));
    }
    console.out << fmt::format("  {:<{}}  {}\n", printable(mapping.host), width, series);
  }
}

/// What the mapping comes to, and what to look at where it is not whole.
std::string summary(const Outcome& outcome) {
  std::size_t all = 0;
  std::size_t found = 0;
  for (const bool canary : {true, false}) {
    for (const HostMapping& mapping : group_of(outcome, canary)) {
      ++all;
      found += mapping.series.empty() ? 0U : 1U;
    }
  }
  if (found == all) return "Every host has its series.";
  if (found == 0) {
    return "No host has a series in that time. Is it the right time (--deployed-at) and the right\n"
           "environment (--env), does the query return anything, and are the hosts called what "
           "the\n"
           "metrics call them (`as` of the source, `host_label` of the metric)?";
  }
  return fmt::format(
      "{} of {} have a series. The others sent nothing in that time, or the metrics call them\n"
      "by another name (`as` of the source, `host_label` of the metric).",
      found, count_of(all, "host"));
}

void print_text(const Outcome& outcome, bool numbers_seen, Console& console) {
  console.out << outcome.check << (outcome.environment.empty() ? "" : " in " + outcome.environment);
  if (numbers_seen) {
    console.out << fmt::format(": series from {} to {}", format_time(outcome.window.start),
                               format_time(outcome.window.end));
  }
  console.out << "\n";
  print_group("canary", group_of(outcome, true), numbers_seen, console);
  const auto baseline = group_of(outcome, false);
  if (baseline.empty()) {
    console.out << "\nbaseline: none; the canary is compared with the time before the deploy\n";
  } else {
    print_group("baseline", baseline, numbers_seen, console);
  }
  console.out << "\n";
  if (!outcome.unmatched_series.empty()) {
    console.out << "Series of nobody: " << printable(list_of(outcome.unmatched_series, 50)) << "\n";
  }
  for (const Reason& warning : outcome.warnings) {
    if (warning.code != "discovery_warning" && warning.code != "server_warning") continue;
    console.out << "Note: " << printable(warning.text) << "\n";
  }
  if (numbers_seen) console.out << summary(outcome) << "\n";
}

}  // namespace

int run_hosts(const Options& options, const Ports& ports, Console& console) {
  const auto seen = survey(options, ports, SurveyDepth::hosts);
  if (!seen) return failed(seen.error(), console);
  const Outcome& outcome = seen->outcome;
  const std::vector<std::string> troubles = troubles_of(*seen);
  if (options.format == Options::Format::json) {
    print_json(outcome, troubles, console);
  } else if (!outcome.hosts.canary.empty()) {
    print_text(outcome, troubles.empty(), console);
  }
  for (const std::string& trouble : troubles) {
    console.err << "canarygate: " << printable(trouble) << "\n";
  }
  return troubles.empty() ? 0 : 2;
}

}  // namespace canarygate
