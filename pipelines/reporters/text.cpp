/// An explanation as lines of text: wrapped, aligned, coloured where asked for. Every text passes
/// through `printable` here, so that nothing from outside reaches a terminal or a log as it came.
#include "checks/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "pipelines/explanation/explanation.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

namespace {

constexpr std::size_t kNarrowest = 40;
constexpr std::size_t kRule = 40;  ///< the line between two checks

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t used = characters_in(text);
  return text + std::string(width > used ? width - used : 0, ' ');
}

class TextWriter {
 public:
  explicit TextWriter(const TextStyle& style)
      : colour_(style.colour),
        width_(std::max(kNarrowest, static_cast<std::size_t>(std::max(0, style.width)))) {}

  void headline(const Explanation& explanation) {
    text_ += coloured(wrapped(printable(explanation.headline), ""), explanation.tone, true) + "\n";
  }

  void operator()(const Heading& heading) {
    text_ += "\n" + bold(printable(heading.text)) + "\n";
    after_heading_ = true;
  }

  void operator()(const Paragraph& paragraph) {
    begin_block();
    text_ += wrapped(printable(paragraph.text), "") + "\n";
  }

  void operator()(const Items& items) {
    begin_block();
    for (const std::string& item : items.texts) {
      text_ += "  - " + wrapped(printable(item), "    ") + "\n";
    }
  }

  void operator()(const Facts& facts) {
    begin_block();
    std::size_t label_width = 0;
    for (const auto& fact : facts.facts) {
      label_width = std::max(label_width, characters_in(printable(fact.label)));
    }
    const std::string indent(label_width + 4, ' ');
    for (const auto& fact : facts.facts) {
      const std::string value = printable(fact.value);
      text_ += "  " + padded(printable(fact.label), label_width) + "  ";
      // What is to be copied stays in one piece.
      text_ += (fact.verbatim ? value : wrapped(value, indent)) + "\n";
    }
  }

  void operator()(const MetricTable& table) {
    begin_block();
    std::vector<Line> lines{{{"metric", "expected → seen", "change", "verdict"}, Tone::good, ""}};
    for (const MetricTable::Row& row : table.rows) {
      const std::string range = row.range.empty() ? "" : " (" + row.range + ")";
      lines.push_back({{printable(row.metric), printable(row.values), printable(row.change + range),
                        printable(row.verdict)},
                       row.tone,
                       printable(row.why)});
    }
    std::array<std::size_t, 4> widths{};
    for (const Line& line : lines) {
      for (std::size_t i = 0; i < widths.size(); ++i) {
        widths[i] = std::max(widths[i], characters_in(line.cells[i]));
      }
    }
    const bool fits = 2 + widths[0] + 2 + widths[1] + 2 + widths[2] + 2 + widths[3] <= width_;
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (fits) {
        row(lines[i], widths, i == 0);
      } else if (i > 0) {
        stacked(lines[i]);
      }
    }
  }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  struct Line {
    std::array<std::string, 4> cells;
    Tone tone;
    std::string why;
  };

  void row(const Line& line, const std::array<std::size_t, 4>& widths, bool header) {
    std::string left = "  ";
    for (std::size_t i = 0; i < 3; ++i) left += padded(line.cells[i], widths[i]) + "  ";
    text_ += header ? bold(left + line.cells[3]) : left + coloured(line.cells[3], line.tone, false);
    text_ += "\n";
    why(line);
  }

  /// For a table that is too wide: the name, and the rest below it.
  void stacked(const Line& line) {
    text_ += fmt::format("  {}: {}\n", line.cells[0], coloured(line.cells[3], line.tone, false));
    text_ += "    " + line.cells[1];
    if (!line.cells[2].empty()) text_ += ", " + line.cells[2];
    text_ += "\n";
    why(line);
  }

  void why(const Line& line) {
    if (!line.why.empty()) text_ += "    " + wrapped(line.why, "    ") + "\n";
  }

  void begin_block() {
    if (!after_heading_) text_ += "\n";
    after_heading_ = false;
  }

  /// Lines of at most `width_` columns; all but the first begin with `indent`, and the first is
  /// taken to be indented as far already. A longer word stays whole.
  [[nodiscard]] std::string wrapped(const std::string& text, const std::string& indent) const {
    std::string lines;
    std::size_t used = indent.size();
    for (const std::string& word : split(text, ' ')) {
      if (word.empty()) continue;
      const bool first = lines.empty();
      if (!first && used + 1 + characters_in(word) > width_) {
        lines += "\n" + indent;
        used = indent.size();
      } else if (!first) {
        lines += ' ';
        ++used;
      }
      lines += word;
      used += characters_in(word);
    }
    return lines;
  }

  [[nodiscard]] std::string bold(const std::string& text) const {
    return colour_ ? "\x1b[1m" + text + "\x1b[0m" : text;
  }

  [[nodiscard]] std::string coloured(const std::string& text, Tone tone, bool strong) const {
    if (!colour_) return text;
    const char* code = tone == Tone::good ? "32" : tone == Tone::warning ? "33" : "31";
    return fmt::format("\x1b[{}{}m{}\x1b[0m", strong ? "1;" : "", code, text);
  }

  bool colour_;
  std::size_t width_;
  bool after_heading_ = false;
  std::string text_;
};

std::string as_text(const Explanation& explanation, const TextStyle& style) {
  TextWriter writer(style);
  writer.headline(explanation);
  for (const Block& block : explanation.blocks) std::visit(writer, block);
  return std::move(writer).text();
}

}  // namespace

std::string explain_text(const Report& report, const TextStyle& style) {
  return as_text(explain(report), style);
}

std::string explain_text(std::span<const Report> reports, const TextStyle& style) {
  std::string text = as_text(summarize(reports), style);
  for (const Report& report : reports) {
    text += "\n" + std::string(kRule, '-') + "\n" + explain_text(report, style);
  }
  return text;
}

std::string render_all_text(std::span<const Report> reports) {
  return explain_text(reports, TextStyle{});
}

std::string render_text(const Report& report) { return explain_text(report, TextStyle{}); }

}  // namespace canarygate
