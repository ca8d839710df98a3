#include <fmt/format.h>

#include "pipelines/explanation/parts.h"

namespace canarygate::explanation {

namespace {

std::string would_have(int hard_exit_code) {
  return hard_exit_code == 1
             ? "this would have stopped the deploy (exit code 1)"
             : fmt::format("this would have ended the pipeline (exit code {})", hard_exit_code);
}

}  // namespace

void add_release(const Report& report, std::vector<Block>& blocks) {
  switch (release_of(report)) {
    case Release::overridden:
      blocks.push_back(Paragraph{
          fmt::format("Overridden by {}: \"{}\". Without the override {}.",
                      report.override_user.empty() ? "an unknown user" : report.override_user,
                      *report.override_reason, would_have(report.hard_exit_code))});
      break;
    case Release::soft:
      blocks.push_back(Paragraph{fmt::format("Soft mode reports and never stops. In hard mode {}.",
                                             would_have(report.hard_exit_code))});
      break;
    case Release::by_policy:
      blocks.push_back(Paragraph{fmt::format(
          "This is not a pass: nobody has seen that the canary is well. The deploy goes on only "
          "because the check says `{}: pass`.",
          report.outcome.verdict == Verdict::no_data ? "on_no_data" : "on_undecided")});
      break;
    case Release::passed:
    case Release::stopped:
      break;
  }
}

}  // namespace canarygate::explanation
