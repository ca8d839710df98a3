#include "cli/history/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using history::Mark;
using history::Record;
using history::RecordedMetric;
using Json = nlohmann::ordered_json;
using Line = std::array<std::string, 8>;

template <typename T>
Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

Json or_null(const std::optional<TimePoint>& time) {
  return time ? Json(format_time(*time)) : Json(nullptr);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(text); }

Json to_json(const RecordedMetric& metric) {
  return {{"name", metric.name},
          {"verdict", to_string(metric.verdict)},
          {"optional", metric.optional},
          {"effect",
           {{"kind", metric.ratio ? "ratio" : "difference"},
            {"estimate", or_null(metric.effect)},
            {"lower", or_null(metric.lower)},
            {"upper", or_null(metric.upper)}}},
          {"reason", text_or_null(metric.reason)}};
}

Json to_json(const Record& record) {
  Json metrics = Json::array();
  for (const RecordedMetric& metric : record.metrics) metrics.push_back(to_json(metric));
  Json mark = nullptr;
  if (record.mark != Mark::none) {
    mark = {{"mark", history::to_string(record.mark)},
            {"note", text_or_null(record.note)},
            {"user", text_or_null(record.marked_by)},
            {"at", or_null(record.marked_at)}};
  }
  return {{"id", record.number},
          {"run_id", record.run_id},
          {"check", record.check},
          {"environment", text_or_null(record.environment)},
          {"soft_fail", record.soft},
          {"verdict", to_string(record.verdict)},
          {"exit_code", record.exit_code},
          {"hard_exit_code", record.hard_exit_code},
          {"reason", text_or_null(record.reason)},
          {"override", or_null(record.override_reason)},
          {"override_user", text_or_null(record.override_user)},
          {"started_at", format_time(record.started_at)},
          {"finished_at", format_time(record.finished_at)},
          {"recorded_at", format_time(record.recorded_at)},
          {"deployed_at", or_null(record.deployed_at)},
          {"definition", record.definition},
          {"canarygate", record.program},
          {"build_url", text_or_null(record.build_url)},
          {"commit", text_or_null(record.commit)},
          {"author", text_or_null(record.author)},
          {"mark", std::move(mark)},
          {"metrics", std::move(metrics)}};
}

std::string dump(const Json& document, int indent) {
  return document.dump(indent, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json with_report(const Record& record) {
  Json document = {{"version", 1}};
  document.update(to_json(record));
  Json report = Json::parse(record.report, nullptr, false);
  document["report"] = report.is_discarded() ? Json(nullptr) : std::move(report);
  return document;
}

/// What the run did to the deploy, in a word.
std::string outcome_of(const Record& record) {
  if (record.exit_code != 0 || record.hard_exit_code == 0)
    return fmt::format("{}", record.exit_code);
  return record.override_reason && !record.soft ? "0 (override)" : "0 (soft)";
}

std::string padded(const std::string& text, std::size_t width) {
  return text + std::string(width - std::min(width, characters_in(text)), ' ');
}

std::string percent(double fraction) { return fmt::format("{:+.3g} %", 100 * fraction); }

std::string effect_of(const RecordedMetric& metric) {
  if (!metric.effect) return "";
  return metric.ratio ? percent(*metric.effect) : fmt::format("{:+.3g}", *metric.effect);
}

void fact(std::string& text, const char* name, const std::string& value) {
  if (!value.empty()) text += fmt::format("{:<12} {}\n", name, value);
}

std::string mark_of(const Record& record) {
  if (record.mark == Mark::none) return "";
  std::string text = history::to_string(record.mark);
  if (!record.note.empty()) text += ": " + record.note;
  if (!record.marked_by.empty()) text += fmt::format(" ({})", record.marked_by);
  return text;
}

}  // namespace

std::string runs_text(const std::vector<Record>& records) {
  if (records.empty()) return "";
  std::vector<Line> lines = {
      {"ID", "STARTED", "CHECK", "ENVIRONMENT", "VERDICT", "EXIT", "MARK", "REASON"}};
  for (const Record& record : records) {
    lines.push_back({fmt::format("{}", record.number),
                     format_time(std::chrono::floor<std::chrono::seconds>(record.started_at)),
                     record.check, record.environment.empty() ? "-" : record.environment,
                     to_string(record.verdict), outcome_of(record),
                     record.mark == Mark::none ? "-" : history::to_string(record.mark),
                     shorten(record.reason, 80)});
  }
  std::array<std::size_t, 8> widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i) {
      widths.at(i) = std::max(widths.at(i), characters_in(line.at(i)));
    }
  }
  std::string text;
  for (const Line& line : lines) {
    std::string row;
    for (std::size_t i = 0; i < line.size(); ++i) row += padded(line.at(i), widths.at(i)) + "  ";
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string runs_json(const std::vector<Record>& records) {
  Json runs = Json::array();
  for (const Record& record : records) runs.push_back(to_json(record));
  return dump({{"version", 1}, {"runs", std::move(runs)}}, 2);
}

std::string run_text(const Record& record) {
  std::string text;
  fact(text, "run", fmt::format("{} ({})", record.number, record.run_id));
  fact(text, "check", record.check);
  fact(text, "environment", record.environment);
  fact(text, "verdict", to_string(record.verdict));
  fact(text, "exit code", outcome_of(record));
  fact(text, "reason", record.reason);
  fact(text, "override", record.override_reason.value_or(""));
  fact(text, "deployed", record.deployed_at ? format_time(*record.deployed_at) : "");
  fact(text, "started", format_time(record.started_at));
  fact(text, "finished", format_time(record.finished_at));
  fact(text, "build", record.build_url);
  fact(text, "commit", record.commit);
  fact(text, "author", record.author);
  fact(text, "definition", record.definition);
  fact(text, "canarygate", record.program);
  fact(text, "mark", mark_of(record));
  std::size_t width = 0;
  for (const RecordedMetric& metric : record.metrics) {
    width = std::max(width, characters_in(metric.name));
  }
  if (!record.metrics.empty()) text += "\n";
  for (const RecordedMetric& metric : record.metrics) {
    std::string row = fmt::format("  {}  {:<9}  {:<10}  {}", padded(metric.name, width),
                                  to_string(metric.verdict), effect_of(metric), metric.reason);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

std::string run_json(const Record& record) { return dump(with_report(record), 2); }
std::string run_line(const Record& record) { return dump(with_report(record), -1); }

std::string mark_text(const Record& record) {
  const std::string run =
      fmt::format("run {} ({}, {}, {})", record.number, record.check,
                  format_time(std::chrono::floor<std::chrono::seconds>(record.started_at)),
                  to_string(record.verdict));
  if (record.mark == Mark::none) return run + " is not marked any more\n";
  return fmt::format("{} is marked {}\n", run, history::to_string(record.mark));
}

}  // namespace canarygate
