#include "checks/judge/explain.h"
#include "pipelines/explanation/parts.h"
#include "pipelines/numbers.h"

namespace canarygate {

namespace {

using namespace explanation;

std::string values_words(const judge::Finding& finding, const std::string& unit) {
  const auto from = judge::expected_mean(finding);
  const auto& to = finding.canary.mean;
  if (from && to) return format_change(*from, *to, unit);
  return (from ? format_quantity(*from, unit) : "no data") + " → " +
         (to ? format_quantity(*to, unit) : "no data");
}

std::string verdict_words(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "ok";
    case Verdict::fail:
      return "FAIL";
    case Verdict::no_data:
      return "no data";
    case Verdict::undecided:
      return "undecided";
    case Verdict::trouble:
      break;
  }
  return "trouble";
}

Tone tone_of(const MetricOutcome& metric) {
  if (metric.finding.verdict == Verdict::pass) return Tone::good;
  return metric.finding.verdict == Verdict::fail ? Tone::bad : Tone::warning;
}

}  // namespace

MetricTable metric_table(const Report& report) {
  const Outcome& outcome = report.outcome;
  MetricTable table;
  for (const MetricOutcome& metric : outcome.metrics) {
    const judge::Finding& finding = metric.finding;
    MetricTable::Row row;
    row.tone = tone_of(metric);
    row.metric = metric.spec.name;
    row.values = values_words(finding, metric.spec.unit);
    if (finding.effect.estimate) row.change = effect_words(finding.effect, metric.spec.unit);
    row.range = range_words(finding.effect, metric.spec.unit);
    row.verdict = verdict_words(finding.verdict);
    if (finding.verdict == Verdict::undecided && window_incomplete(finding.reasons)) {
      row.verdict = "unfinished";  // why the gate ended is told elsewhere
    } else if (finding.verdict == Verdict::fail && outcome.verdict != Verdict::fail) {
      row.verdict += window_incomplete(outcome.reasons) ? " so far" : ", let through";
    } else if (finding.verdict != outcome.verdict && !finding.reasons.empty() &&
               finding.verdict != Verdict::pass) {
      row.why = finding.reasons.front().text;
    }
    if (metric.spec.optional && finding.verdict != Verdict::pass) row.verdict += " (optional)";
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace canarygate
