/// An explanation as GitHub-flavoured Markdown, for a comment on a pull or merge request.
#include <fmt/format.h>

#include "pipelines/explanation/explanation.h"
#include "pipelines/reporters/markdown_text.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

namespace {

constexpr std::size_t kMost = 60'000;  ///< bytes; GitHub refuses a comment of 65,536 characters

const char* sign_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "✅";
    case Tone::warning:
      return "⚠️";
    case Tone::bad:
      break;
  }
  return "❌";
}

class MarkdownWriter {
 public:
  /// `level`: of the headline, 2 for `##`.
  explicit MarkdownWriter(std::size_t level) : level_(level) {}

  void headline(const Explanation& explanation) {
    text_ += fmt::format("{} {} {}\n", std::string(level_, '#'), sign_of(explanation.tone),
                         markdown_text(explanation.headline));
  }

  void operator()(const Heading& heading) {
    text_ += fmt::format("\n{} {}\n", std::string(level_ + 1, '#'), markdown_text(heading.text));
  }

  void operator()(const Paragraph& paragraph) {
    text_ += "\n" + markdown_text(paragraph.text) + "\n";
  }

  void operator()(const Items& items) {
    text_ += "\n";
    for (const std::string& item : items.texts) text_ += "- " + markdown_text(item) + "\n";
  }

  void operator()(const Facts& facts) {
    text_ += "\n";
    for (const auto& fact : facts.facts) {
      text_ +=
          fmt::format("- {}: {}\n", markdown_text(fact.label),
                      fact.verbatim ? markdown_verbatim(fact.value) : markdown_text(fact.value));
    }
  }

  void operator()(const MetricTable& table) {
    text_ += "\n| metric | expected → seen | change | verdict |\n|---|---|---|---|\n";
    for (const MetricTable::Row& row : table.rows) {
      const std::string range = row.range.empty() ? "" : " (" + row.range + ")";
      const std::string why = row.why.empty() ? "" : ": " + row.why;
      text_ += fmt::format("| {} | {} | {} | {} {} |\n", markdown_cell(row.metric),
                           markdown_cell(row.values), markdown_cell(row.change + range),
                           sign_of(row.tone), markdown_cell(row.verdict + why));
    }
  }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::size_t level_;
  std::string text_;
};

std::string as_markdown(const Explanation& explanation, std::size_t level) {
  MarkdownWriter writer(level);
  writer.headline(explanation);
  for (const Block& block : explanation.blocks) std::visit(writer, block);
  return std::move(writer).text();
}

/// Every block of ours is whole lines, so that it can be cut at any.
std::string within_limit(std::string text) {
  if (text.size() <= kMost) return text;
  text.resize(text.rfind('\n', kMost) + 1);
  return text + "\nThe rest is left out here; the text and JSON reports have all of it.\n";
}

}  // namespace

std::string render_markdown(const Report& report) {
  return within_limit(as_markdown(explain(report), 2));
}

std::string render_all_markdown(std::span<const Report> reports) {
  std::string text = as_markdown(summarize(reports), 2);
  for (const Report& report : reports) text += "\n" + as_markdown(explain(report), 3);
  return within_limit(std::move(text));
}

}  // namespace canarygate
