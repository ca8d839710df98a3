/// The explanation of a verdict, for the developer whose deploy just stopped and who has never
/// heard of canarygate (INTERFACE.md 4).
///
/// What is said stands here once, as blocks; how it looks is the reporters' business, so that text,
/// JUnit, Markdown and HTML say the same. Block texts hold what came from outside as it came:
/// whoever prints them escapes them.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "pipelines/report.h"

namespace canarygate {

/// How loud the headline is.
enum class Tone { good, warning, bad };

struct Heading {
  std::string text;
};

struct Paragraph {
  std::string text;
};

/// A bullet each.
struct Items {
  std::vector<std::string> texts;
};

/// A line each, with labels in a column of their own.
struct Facts {
  struct Fact {
    std::string label;
    std::string value;
    bool verbatim = false;  ///< to be copied: a URL, a command
  };
  std::vector<Fact> facts;
};

/// A row for each metric.
struct MetricTable {
  struct Row {
    Tone tone = Tone::good;
    std::string metric;
    std::string values;   ///< `0.41 1/s → 2.9 1/s`
    std::string change;   ///< `+610 %`
    std::string range;    ///< `+310 % to +900 %`, "" for unknown
    std::string verdict;  ///< `ok`, `FAIL`, `undecided`, `no data` …
    std::string why;      ///< "" where there is nothing to say that is not said elsewhere
  };
  std::vector<Row> rows;
};

using Block = std::variant<Heading, Paragraph, Items, Facts, MetricTable>;

struct Explanation {
  Tone tone = Tone::bad;
  std::string headline;  ///< the verdict in one sentence, with the check's name
  std::vector<Block> blocks;
};

[[nodiscard]] Explanation explain(const Report& report);

/// What several checks of one run come to, in a few lines; each has its own explanation.
[[nodiscard]] Explanation summarize(std::span<const Report> reports);

/// The table alone, also for other reporters.
[[nodiscard]] MetricTable metric_table(const Report& report);

}  // namespace canarygate
