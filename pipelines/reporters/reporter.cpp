#include "pipelines/reporters/reporter.h"

#include <algorithm>
#include <vector>

#include "pipelines/reporters/reporters.h"

namespace canarygate {

std::span<const ReporterType> reporter_types() {
  static const std::vector<ReporterType> kTypes{
      {"text", "the explanation, for people", render_text, render_all_text, ""},
      {"json", "everything, for programs; `canarygate schema` has its schema", render_json,
       render_all_json, ""},
      {"junit", "a test case a metric, for the CI system's test page", render_junit,
       render_all_junit, ""},
      {"html", "a page with charts, in one file that opens offline", render_html, render_all_html,
       ""},
      {"markdown", "the explanation, for a comment on a pull or merge request", render_markdown,
       render_all_markdown, ""},
      {"tap", "a test a metric, for what reads TAP (version 13)", render_tap, render_all_tap, ""},
      {"github", "annotations and the step summary of GitHub Actions", render_github,
       render_all_github, "GITHUB_STEP_SUMMARY"},
      {"gitlab", "GitLab's Code Quality report, for a merge request", render_gitlab,
       render_all_gitlab, ""},
  };
  return kTypes;
}

const ReporterType* find_reporter_type(const std::string& name) {
  const auto types = reporter_types();
  const auto found = std::ranges::find(types, name, &ReporterType::name);
  return found == types.end() ? nullptr : &*found;
}

}  // namespace canarygate
