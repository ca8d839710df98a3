#include "pipelines/backtest/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/numbers.h"

namespace canarygate::backtest {

namespace {

constexpr std::size_t kMostStopped = 10;

std::string percent(double share) {
  const double value = 100 * share;
  return value >= 10 ? fmt::format("{:.0f}", value) : fmt::format("{:.2g}", value);
}

std::size_t widest(const std::vector<std::string>& texts) {
  std::size_t width = 0;
  for (const std::string& text : texts) width = std::max(width, characters_in(text));
  return width;
}

std::string pad(const std::string& text, std::size_t width) {
  const std::size_t characters = characters_in(text);
  return text + std::string(characters < width ? width - characters : 0, ' ');
}

/// Rows of equal length in columns; the first column to the left, the others to the right.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (std::size_t column = 0; column < widths.size(); ++column) {
    std::vector<std::string> cells;
    for (const auto& row : rows) cells.push_back(row[column]);
    widths[column] = widest(cells);
  }
  std::string text;
  for (const auto& row : rows) {
    std::string line = "  " + pad(row[0], widths[0]);
    for (std::size_t column = 1; column < row.size(); ++column) {
      line += std::string(2 + widths[column] - characters_in(row[column]), ' ') + row[column];
    }
    text += line + "\n";
  }
  return text;
}

std::string compared_with_promise(const Findings& findings) {
  const Rate& failed = findings.placebo.failed;
  const std::string promised = percent(findings.false_alarms) + " %";
  if (failed.lower > findings.false_alarms) {
    return "more often than its false_alarms of " + promised + " allows";
  }
  if (failed.upper < findings.false_alarms) {
    return "more rarely than its false_alarms of " + promised + " allows";
  }
  return "as rarely as its false_alarms of " + promised + " says";
}

std::string reading_of_made_up(const Findings& findings) {
  const Tally& tally = findings.placebo;
  std::string text =
      fmt::format("Of {} with nothing wrong it would have stopped {}",
                  count_of(findings.placebos.size(), "made-up deploy"), rate_text(tally.stopped));
  if (tally.stopped.count == tally.failed.count) {
    return text + ": " + compared_with_promise(findings) + ".";
  }
  const auto failed_and_stopped = std::ranges::count_if(
      findings.placebos,
      [](const Judged& judged) { return judged.stopped && judged.verdict == Verdict::fail; });
  const std::int64_t by_policy = tally.stopped.count - failed_and_stopped;
  text += fmt::format(": {} failed, {}", tally.failed.count, compared_with_promise(findings));
  if (by_policy > 0) {
    text += fmt::format(
        ", and {} could not be decided, which the check's `on_undecided` or "
        "`on_no_data` stops",
        by_policy);
  }
  return text + ".";
}

/// What a policy lets through was not found good.
std::string reading_of_let_through(const Findings& findings) {
  const auto count = std::ranges::count_if(findings.placebos, [](const Judged& judged) {
    return !judged.stopped &&
           (judged.verdict == Verdict::undecided || judged.verdict == Verdict::no_data);
  });
  if (count == 0) return "";
  return fmt::format(
      "{} of them could not be decided, and were let through by the check's "
      "`on_undecided` or `on_no_data`.",
      count);
}

std::string reading_of_costs(const Findings& findings) {
  const MetricCost* worst = nullptr;
  for (const MetricCost& cost : findings.costs) {
    const auto all = [](const MetricCost& c) { return c.alone + c.with_others; };
    if (all(cost) > 0 && (worst == nullptr || all(cost) > all(*worst))) worst = &cost;
  }
  if (worst == nullptr) return "";
  return fmt::format(
      "Most false alarms come from {}: it failed in {} of the {} that failed, in {} "
      "of them alone.",
      printable(worst->metric), worst->alone + worst->with_others, findings.placebo.failed.count,
      worst->alone);
}

std::string reading_of_real(const Findings& findings) {
  if (findings.real.empty()) return "";
  std::vector<std::string> stopped;
  std::int64_t bad = 0;
  std::int64_t bad_stopped = 0;
  for (const Judged& deploy : findings.real) {
    const bool was_bad = deploy.good == std::optional(false);
    bad += was_bad ? 1 : 0;
    bad_stopped += was_bad && deploy.stopped ? 1 : 0;
    if (!deploy.stopped) continue;
    const std::string why =
        deploy.failed.empty() ? to_string(deploy.verdict) : list_of(deploy.failed);
    stopped.push_back(
        fmt::format("that of {} ({})", format_time(deploy.deployed_at), printable(why)));
  }
  std::string text =
      fmt::format("Of {} it would have stopped {}", count_of(findings.real.size(), "real deploy"),
                  stopped.empty() ? "none" : std::to_string(stopped.size()));
  if (!stopped.empty()) text += ": " + list_of(stopped);
  text += ".";
  if (bad > 0) {
    text += bad == 1 ? fmt::format(" 1 was known to be bad; it would {}have stopped it.",
                                   bad_stopped == 1 ? "" : "not ")
                     : fmt::format(" {} were known to be bad; it would have stopped {} of them.",
                                   bad, bad_stopped);
  }
  return text;
}

std::string reading_of_power(const Findings& findings) {
  std::vector<std::string> seen;
  std::vector<std::string> unseen;
  for (const MetricPower& power : findings.power) {
    if (power.smallest) {
      seen.push_back(
          fmt::format("{} by {}", printable(power.metric), format_signed_percent(*power.smallest)));
    } else {
      unseen.push_back(printable(power.metric));
    }
  }
  std::string text;
  if (!seen.empty()) {
    text = fmt::format("8 times in 10 it sees a change of {}.", list_of(seen, seen.size()));
  }
  if (!unseen.empty()) {
    text += fmt::format("{}Not even the largest change that was tried is seen 8 times in 10 in {}.",
                        text.empty() ? "" : " ", list_of(unseen, unseen.size()));
  }
  return text;
}

/// The hours in which most were stopped.
std::string hours_text(const Findings& findings) {
  constexpr std::size_t kMostHours = 6;
  std::vector<HourTally> worst = findings.by_hour;
  std::erase_if(worst, [](const HourTally& hour) { return hour.stopped == 0; });
  std::ranges::stable_sort(worst, std::greater<>(), &HourTally::stopped);
  std::vector<std::string> hours;
  for (const HourTally& hour : worst) {
    hours.push_back(fmt::format("{:02} h {} of {}", hour.hour, hour.stopped, hour.runs));
  }
  return hours.empty()
             ? ""
             : "  stopped, by hour of the day (UTC): " + list_of(hours, kMostHours) + "\n";
}

std::string made_up_text(const Findings& findings) {
  std::string text =
      fmt::format("\nMade-up deploys: random times from {} to {}, each on {} of {}\n",
                  format_time(findings.since), format_time(findings.until),
                  count_of(findings.canaries, "random host"),
                  count_of(findings.canary.size() + findings.baseline.size(), "host"));
  std::vector<std::string> verdicts;
  for (const auto& [verdict, count] : findings.placebo.verdicts) {
    verdicts.push_back(fmt::format("{} {}", to_string(verdict), count));
  }
  text += "  verdicts: " + join(verdicts, ", ") + "\n";
  std::vector<std::vector<std::string>> rows = {
      {"stopped because of", "this alone", "with others", "undecided"}};
  for (const MetricCost& cost : findings.costs) {
    rows.push_back({printable(cost.metric), std::to_string(cost.alone),
                    std::to_string(cost.with_others), std::to_string(cost.undecided)});
  }
  if (findings.placebo.stopped.count > 0) text += table(rows);
  text += hours_text(findings);
  std::size_t listed = 0;
  for (const Judged& judged : findings.placebos) {
    if (!judged.stopped || listed++ >= kMostStopped) continue;
    text += fmt::format("  {}  {}: {}\n", format_time(judged.deployed_at),
                        printable(list_of(judged.canary)), printable(judged.reason));
  }
  if (listed > kMostStopped) {
    text += fmt::format("  and {} more, which --format json lists\n", listed - kMostStopped);
  }
  return text;
}

std::string real_text(const Findings& findings) {
  if (findings.real.empty() && findings.not_replayed.empty()) return "";
  std::string text = "\nReal deploys\n";
  std::vector<std::vector<std::string>> rows = {
      {"deployed at", "verdict", "would stop", "was", "source"}};
  for (const Judged& deploy : findings.real) {
    const char* was = !deploy.good ? "" : *deploy.good ? "good" : "bad";
    rows.push_back({format_time(deploy.deployed_at) +
                        (deploy.label.empty() ? "" : " " + printable(deploy.label)),
                    to_string(deploy.verdict), deploy.stopped ? "yes" : "no", was,
                    printable(deploy.source)});
  }
  if (!findings.real.empty()) text += table(rows);
  for (const std::string& left_out : findings.not_replayed) {
    text += "  not replayed: " + left_out + "\n";
  }
  return text;
}

std::string found_text(const Found& found) {
  std::string text = fmt::format("{:.0f} %", 100 * found.found.share());
  if (found.median_time) text += " in " + format_duration(*found.median_time);
  return text;
}

std::string power_text(const Findings& findings) {
  if (findings.power.empty()) return "";
  std::string text = fmt::format(
      "\nFound of changes put into the canary's numbers, {} each, with the median time to the "
      "stop\n",
      count_of(static_cast<std::size_t>(findings.injected_runs), "made-up deploy"));
  for (const MetricPower& power : findings.power) {
    std::vector<std::vector<std::string>> rows(2);
    rows[0].push_back(printable(power.metric));
    rows[1].emplace_back("");
    for (const Found& found : power.found) {
      rows[0].push_back((found.leak ? "leak to " : "") + format_signed_percent(found.change));
      rows[1].push_back(found_text(found));
    }
    rows[0].emplace_back("8 in 10 from");
    rows[1].push_back(power.smallest ? format_signed_percent(*power.smallest)
                                     : "beyond " + format_signed_percent(power.largest_tried));
    text += table(rows);
  }
  return text;
}

std::string settings_text(const Findings& findings) {
  if (findings.alternatives.empty()) return "";
  std::vector<std::vector<std::string>> rows = {
      {"other settings", "would stop", "fail",
       fmt::format("finds a change of {}", format_signed_percent(findings.tried_change))}};
  for (const Alternative& other : findings.alternatives) {
    const auto cell = [](const Rate& rate) {
      return fmt::format("{} of {} ({} %)", rate.count, rate.of, percent(rate.share()));
    };
    rows.push_back({other.setting.empty() ? "as it is" : printable(other.setting),
                    cell(other.stopped), cell(other.failed), cell(other.found)});
  }
  return "\nWhat other settings would give, over the same deploys\n" + table(rows);
}

}  // namespace

std::string rate_text(const Rate& rate) {
  return fmt::format("{} ({} %, 95 % interval {} to {} %)", rate.count, percent(rate.share()),
                     percent(rate.lower), percent(rate.upper));
}

std::vector<std::string> reading(const Findings& findings) {
  std::vector<std::string> sentences;
  if (!findings.placebos.empty()) sentences.push_back(reading_of_made_up(findings));
  for (std::string sentence : {reading_of_let_through(findings), reading_of_costs(findings),
                               reading_of_real(findings), reading_of_power(findings)}) {
    if (!sentence.empty()) sentences.push_back(std::move(sentence));
  }
  if (findings.interrupted_by != 0) {
    sentences.push_back(fmt::format("Interrupted: this is what {} of {} made-up deploys say.",
                                    findings.placebos.size(), findings.runs_wanted));
  }
  return sentences;
}

std::string to_text(const Findings& findings) {
  std::string text = findings.check;
  if (!findings.environment.empty()) text += " in " + findings.environment;
  text += ", replayed\n";
  for (const std::string& sentence : reading(findings)) text += "  " + sentence + "\n";
  text +=
      made_up_text(findings) + real_text(findings) + power_text(findings) + settings_text(findings);
  if (!findings.notes.empty()) text += "\nWorth knowing\n";
  for (const std::string& note : findings.notes) text += "  - " + printable(note) + "\n";
  return text;
}

}  // namespace canarygate::backtest
