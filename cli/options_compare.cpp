#include "cli/options_compare.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <array>
#include <utility>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Judge = CompareOptions::Judge;
using Text = std::optional<std::string>;

std::optional<Judge> parse_judge(std::string_view text) {
  for (const Judge judge : {Judge::mann_whitney, Judge::kayenta, Judge::placebo}) {
    if (text == to_string(judge)) return judge;
  }
  return std::nullopt;
}

std::optional<Worse> parse_worse(std::string_view text) {
  if (text == "higher") return Worse::higher;
  if (text == "lower") return Worse::lower;
  if (text == "either") return Worse::either;
  return std::nullopt;
}

/// R's words for which side is the alternative.
std::optional<Worse> parse_alternative(std::string_view text) {
  if (text == "greater") return Worse::higher;
  if (text == "less") return Worse::lower;
  if (text == "two.sided") return Worse::either;
  return std::nullopt;
}

std::optional<double> within(std::optional<double> value, double above, double below) {
  return value && *value > above && *value < below ? value : std::nullopt;
}

std::optional<double> parse_allow(std::string_view text) {
  const auto value = parse_percentage(text);
  return value && *value >= 0.0 && *value < 1.0 ? value : std::nullopt;
}

std::optional<double> parse_false_alarms(std::string_view text) {
  return within(parse_percentage(text), 0.0, 0.5);
}

std::optional<double> parse_confidence(std::string_view text) {
  const auto percentage = parse_percentage(text);
  return within(percentage ? percentage : parse_number<double>(text), 0.0, 1.0);
}

std::optional<std::size_t> parse_column(std::string_view text) {
  const auto value = parse_number<std::size_t>(text);
  return value && *value > 0 ? value : std::nullopt;
}

/// Reads one flag after the other and remembers the first that is wrong.
class Reader {
 public:
  explicit Reader(const FlagVariables& variables) : variables_(variables) {}

  template <typename T>
  void read(const char* flag, const Text& text, T& into,
            std::optional<T> (*parse)(std::string_view), std::string_view expected) {
    if (!text) return;
    if (const auto value = parse(*text)) {
      into = *value;
    } else {
      refuse(fmt::format("{} '{}': {}", source(flag), printable(*text), expected));
    }
  }

  /// A flag that would be silently without effect is refused.
  void needs(const char* flag, const Text& text, bool allowed, std::string_view why) {
    if (text && !allowed) refuse(fmt::format("{}: {}", source(flag), why));
  }

  void refuse(std::string text) {
    if (error_.empty()) error_ = std::move(text);
  }

  [[nodiscard]] const std::string& error() const { return error_; }

 private:
  [[nodiscard]] std::string source(const char* flag) const { return source_of(variables_, flag); }

  const FlagVariables& variables_;
  std::string error_;
};

void read_batch(const RawCompare& raw, const CompareOptions& options, Reader& reader) {
  constexpr std::string_view kEachLine = "with --batch it stands in each line";
  if (options.batch.empty()) reader.refuse("--batch: give a file, or - for stdin");
  reader.needs("--canary", raw.canary, false, kEachLine);
  reader.needs("--baseline", raw.baseline, false, kEachLine);
  reader.needs("--worse", raw.worse, false, kEachLine);
  reader.needs("--allow", raw.allow, false, kEachLine);
  reader.needs("--column", raw.column, false, "--batch reads JSON lines, not columns");
  reader.needs("--false-alarms", raw.false_alarms, false, "--batch gives numbers, not verdicts");
  if (options.judge == Judge::placebo) {
    reader.refuse("--batch takes --judge mann-whitney or kayenta");
  }
}

void read_files(const RawCompare& raw, const CompareOptions& options, Reader& reader) {
  if (options.canary.empty() || options.baseline.empty()) {
    reader.refuse("compare needs --canary FILE and --baseline FILE, or --batch FILE");
  } else if (options.canary == "-" && options.baseline == "-") {
    reader.refuse("only one of --canary and --baseline can be stdin");
  }
  reader.needs("--false-alarms", raw.false_alarms, options.judge != Judge::kayenta,
               "--judge kayenta has 2 % built in");
  if (raw.worse && raw.alternative) {
    reader.refuse("give either --worse or --alternative: both say which change is looked for");
  }
}

}  // namespace

const char* to_string(Judge judge) {
  switch (judge) {
    case Judge::mann_whitney:
      return "mann-whitney";
    case Judge::kayenta:
      return "kayenta";
    case Judge::placebo:
      break;
  }
  return "placebo";
}

void add_compare(CLI::App& command, RawCompare& raw) {
  const auto add = [&](const char* flag, Text& into, const char* help, const char* type) {
    command.add_option(flag, into, help)->type_name(type);
  };
  add("--canary", raw.canary, "The canary's numbers, one a line, or CSV; - is stdin", "FILE");
  add("--baseline", raw.baseline, "The others' numbers", "FILE");
  add("--column", raw.column, "Which column of the CSV files, from 1", "N");
  add("--judge", raw.judge, "mann-whitney (default), kayenta or placebo", "NAME");
  add("--worse", raw.worse, "higher, lower or either (default)", "WORD");
  add("--allow", raw.allow, "A change this small is none (default: 0%)", "PERCENT");
  add("--false-alarms", raw.false_alarms, "How often chance may fail it (default: 1%)", "PERCENT");
  add("--alternative", raw.alternative,
      "mann-whitney: two.sided, greater or less, with R's interval for it", "WORD");
  add("--conf-level", raw.confidence, "mann-whitney: of the interval (default: 0.98)", "LEVEL");
  add("--batch", raw.batch, "Answer each JSON line of FILE by a line; - is stdin", "FILE");
}

Result<CompareOptions> read_compare(const RawCompare& raw, const FlagVariables& variables) {
  constexpr std::string_view kMannWhitney = "is for --judge mann-whitney";
  Reader reader(variables);
  CompareOptions options;
  options.canary = raw.canary.value_or("");
  options.baseline = raw.baseline.value_or("");
  options.batch = raw.batch.value_or("");
  options.open_interval = raw.alternative.has_value();
  reader.read("--judge", raw.judge, options.judge, parse_judge,
              "expected mann-whitney, kayenta or placebo");
  reader.read("--worse", raw.worse, options.worse, parse_worse, "expected higher, lower or either");
  reader.read("--alternative", raw.alternative, options.worse, parse_alternative,
              "expected two.sided, greater or less");
  reader.read("--allow", raw.allow, options.allow, parse_allow,
              "expected a percentage like 5%, below 100%");
  reader.read("--false-alarms", raw.false_alarms, options.false_alarms, parse_false_alarms,
              "expected a percentage like 1%, below 50%");
  reader.read("--conf-level", raw.confidence, options.confidence, parse_confidence,
              "expected a level like 0.98 or 98%");
  reader.read("--column", raw.column, options.column, parse_column,
              "expected the number of a column, from 1");
  const bool mann_whitney = options.judge == Judge::mann_whitney;
  reader.needs("--alternative", raw.alternative, mann_whitney, kMannWhitney);
  reader.needs("--conf-level", raw.confidence, mann_whitney, kMannWhitney);
  if (raw.batch) {
    read_batch(raw, options, reader);
  } else {
    read_files(raw, options, reader);
  }
  if (!reader.error().empty()) return fail(ErrorKind::usage, reader.error());
  return options;
}

}  // namespace canarygate
