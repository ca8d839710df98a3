/// Workflow commands for GitHub Actions: the verdict with its explanation as an annotation of the
/// run, and one for each metric that did not pass.
#include <fmt/format.h>

#include <map>

#include "checks/text.h"
#include "pipelines/explanation/explanation.h"
#include "pipelines/explanation/test_cases.h"
#include "pipelines/reporters/reporter.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

namespace {

using explanation::Mark;
using explanation::TestCase;

constexpr std::size_t kMostPerLevel = 10;  ///< of a step; GitHub drops the others without a word

/// The runner splits commands at these, and at nothing else.
std::string escaped(std::string_view text, bool in_property) {
  std::string safe;
  for (const char c : text) {
    const bool special =
        c == '%' || c == '\r' || c == '\n' || (in_property && (c == ':' || c == ','));
    safe += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return safe;
}

class Annotations {
 public:
  /// `text` may have several lines, each printable.
  void add(const std::string& level, const std::string& title, std::string_view text) {
    if (++written_[level] > kMostPerLevel) return;
    text_ += fmt::format("::{} title={}::{}\n", level, escaped(printable(title), true),
                         escaped(trim(text), false));
  }

  [[nodiscard]] std::string text() && { return std::move(text_); }

 private:
  std::map<std::string, std::size_t> written_;
  std::string text_;
};

std::string title_of(const Report& report) {
  const std::string& check = report.outcome.check;
  return check.empty() ? "canarygate" : "canarygate " + check;
}

const char* level_of(Tone tone) {
  switch (tone) {
    case Tone::good:
      return "notice";
    case Tone::warning:
      return "warning";
    case Tone::bad:
      break;
  }
  return "error";
}

const char* level_of(const TestCase& test) {
  if (test.mark == Mark::failure || test.mark == Mark::error) return "error";
  return test.verdict == Verdict::fail ? "warning" : "notice";
}

void add_gate(const Report& report, Annotations& annotations) {
  annotations.add(level_of(explain(report).tone), title_of(report),
                  explain_text(report, TextStyle{}));
}

void add_metrics(const Report& report, Annotations& annotations) {
  for (const TestCase& test : explanation::test_cases(report)) {
    if (test.mark == Mark::passed) continue;
    annotations.add(level_of(test), title_of(report) + ": " + test.name, printable(test.message));
  }
}

}  // namespace

std::string render_github(const Report& report) { return render_all_github({&report, 1}); }

std::string render_all_github(std::span<const Report> reports) {
  Annotations annotations;
  // What each gate says comes first: it must not be what is dropped.
  for (const Report& report : reports) add_gate(report, annotations);
  for (const Report& report : reports) add_metrics(report, annotations);
  return std::move(annotations).text();
}

}  // namespace canarygate
