#include "tests/operating/tables.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "checks/text.h"
#include "tests/operating/families.h"

namespace canarygate::operating {

namespace {

constexpr double kAskedFor = 0.01;

std::string percent(double share) {
  return 100 * share < 9.95 ? fmt::format("{:.1f} %", 100 * share)
                            : fmt::format("{:.0f} %", 100 * share);
}

std::string percent(const std::optional<Rate>& rate) { return rate ? percent(rate->share()) : "–"; }

/// A trace's name may be anything.
std::string plain(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view("\\|<>&*_`[]").find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

std::string row(const std::vector<std::string>& fields) {
  return "| " + join(fields, " | ") + " |\n";
}

std::string head(const std::vector<std::string>& fields) {
  return row(fields) + row(std::vector<std::string>(fields.size(), "---"));
}

std::string short_name(const Fleet& fleet) {
  return fmt::format("{}, {}", fleet.hosts, fleet.canaries);
}

/// `200`, or `200 to 1000`; over all judges of the cells chosen.
template <typename Of>
std::string span_of(const Results& results, const Chosen& chosen, const Of& of) {
  std::set<std::uint64_t> values;
  for (const MeasuredCell& cell : results) {
    if (!chosen(cell)) continue;
    for (const Measured& own : cell.judges) values.insert(static_cast<std::uint64_t>(of(own)));
  }
  if (values.empty()) return "none";
  return values.size() == 1 ? fmt::format("{}", *values.begin())
                            : fmt::format("{} to {}", *values.begin(), *values.rbegin());
}

std::string how_measured(const Results& results) {
  const auto runs = [](const Measured& own) { return own.score.runs; };
  const auto all = [](const MeasuredCell&) { return true; };
  return fmt::format("Gates a cell: {} simulated, {} recorded. Placebos a gate: {}. Seed: {}.\n",
                     span_of(
                         results, [](const MeasuredCell& cell) { return !cell.trace; }, runs),
                     span_of(
                         results, [](const MeasuredCell& cell) { return cell.trace; }, runs),
                     span_of(results, all, [](const Measured& own) { return own.placebos; }),
                     span_of(results, all, [](const Measured& own) { return own.seed; }));
}

std::string text_of(const std::string& family) {
  const auto found =
      std::ranges::find(families(), family, [](const Family& known) { return known.name; });
  return found == families().end() ? "recorded" : found->text;
}

/// What is hard about a row of false alarms.
std::string text_of(const MeasuredCell& cell) {
  if (cell.effect == "none") return text_of(cell.family);
  if (cell.effect == "spread") return "the canaries become twice as noisy, and no worse";
  return "exactly as much worse as `allow` lets through";
}

const MeasuredCell* worst(const Results& results, const std::string& name) {
  const MeasuredCell* found = nullptr;
  double most = -1;
  for (const MeasuredCell& cell : results) {
    if (!cell.bar || row_name(cell) != name) continue;
    const Measured* ours = cell.judge("placebo");
    if (ours == nullptr || ours->score.share() <= most) continue;
    most = ours->score.share();
    found = &cell;
  }
  return found;
}

/// How much of +50 %, and of five times, the placebo judge found with 12 hosts.
std::string found_of(const Results& results, const MeasuredCell& row) {
  if (row.effect != "none") return "–";
  const auto of = [&](const char* effect) {
    return rate(results, "placebo", [&](const MeasuredCell& cell) {
      return cell.family == row.family && cell.effect == effect && cell.hosts == 12 &&
             (cell.trace || cell.metrics == 10);
    });
  };
  const auto five_times = of("x5");
  return percent(of("+50%")) + (five_times ? ", x5: " + percent(five_times) : "");
}

std::string false_alarms(const Results& results) {
  std::string text = head({"kind of fleet", "what is hard about it", "placebo test",
                           "its worst fleet", "Mann-Whitney", "Kayenta", "+50 % found, 12 hosts"});
  for (const std::string& name : rows_of_false_alarms(results)) {
    const auto of_row = [&](const MeasuredCell& c) { return c.bar && row_name(c) == name; };
    const auto& any = *std::ranges::find_if(results, of_row);
    const MeasuredCell* most = worst(results, name);
    text += row({plain(name), text_of(any), percent(rate(results, "placebo", of_row)),
                 most == nullptr
                     ? "–"
                     : fmt::format("{} ({})", percent(most->judge("placebo")->score.share()),
                                   short_name(fleet_of(*most))),
                 percent(rate(results, "mann-whitney", of_row)),
                 percent(rate(results, "kayenta", of_row)), found_of(results, any)});
  }
  return text;
}

/// Cells with more false alarms than were asked for, by more than chance.
std::string above(const Results& results) {
  std::string text;
  for (const MeasuredCell& cell : results) {
    const Measured* ours = cell.bar ? cell.judge("placebo") : nullptr;
    if (ours == nullptr || !ours->score.above(kAskedFor)) continue;
    text += fmt::format("- {}: {}, {}: {} of {}\n", plain(row_name(cell)), sizes_of(fleet_of(cell)),
                        depth_of(fleet_of(cell)), percent(ours->score.share()), ours->score.runs);
  }
  return text.empty() ? "- none\n" : text;
}

std::vector<std::string> effects_of(const Results& results, const std::vector<Fleet>& simulated,
                                    const std::vector<Fleet>& recorded) {
  std::vector<std::string> names;
  for (const Effect& effect : effects()) {
    const bool found = std::ranges::any_of(results, [&](const MeasuredCell& cell) {
      const bool shown = std::ranges::count(cell.trace ? recorded : simulated, fleet_of(cell)) > 0;
      return shown && cell.effect == effect.name && of_fleet(cell, fleet_of(cell), cell.trace) &&
             (!cell.bar || effect.name == "none");
    });
    if (found) names.push_back(effect.name);
  }
  return names;
}

std::string found(const Results& results) {
  const std::vector<Fleet> simulated = fleets_with_changes(results, false);
  const std::vector<Fleet> recorded = fleets_with_changes(results, true);
  const std::vector<std::string> names = effects_of(results, simulated, recorded);
  std::vector<std::string> fields{"hosts, canaries", "history, metrics"};
  fields.insert(fields.end(), names.begin(), names.end());
  std::string text = head(fields);
  for (const bool traces : {false, true}) {
    for (const Fleet& fleet : traces ? recorded : simulated) {
      fields = {short_name(fleet) + (traces ? " (recorded)" : ""),
                fmt::format("{}, {}", fleet.windows, fleet.metrics)};
      for (const std::string& effect : names) {
        const auto seen = rate(results, "placebo", [&](const MeasuredCell& cell) {
          return of_fleet(cell, fleet, traces) && cell.effect == effect;
        });
        const bool soon = seen && seen->stopped > 0 && effect != "none";
        fields.push_back(percent(seen) + (soon ? fmt::format(" ({:.0f})", seen->points) : ""));
      }
      text += row(fields);
    }
  }
  return text;
}

}  // namespace

std::vector<Part> tables(const Results& results) {
  return {{"measured", how_measured(results)},
          {"false-alarms", false_alarms(results)},
          {"above", above(results)},
          {"found", found(results)}};
}

}  // namespace canarygate::operating
