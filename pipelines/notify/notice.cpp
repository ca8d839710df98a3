#include "pipelines/notify/notice.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "checks/text.h"
#include "pipelines/explanation/parts.h"

namespace canarygate {

namespace {

constexpr std::size_t kMostReasons = 5;
constexpr std::size_t kMostLinks = 8;
constexpr std::size_t kLongest = 500;        ///< characters of a text
constexpr std::size_t kLongestUrl = 1000;    ///< bytes
constexpr std::size_t kMostMetrics = 1'000;  ///< a check of more is no message any more

std::string short_text(std::string_view text) { return shorten(printable(text), kLongest); }

/// Long enough for an address; one that was cut is none any more.
std::map<std::string, std::string> harmless(const std::map<std::string, std::string>& ci) {
  std::map<std::string, std::string> facts;
  for (const auto& [name, text] : ci) facts[name] = shorten(printable(text), kLongestUrl);
  return facts;
}

std::string fact_of(const std::map<std::string, std::string>& ci, const std::string& name) {
  const auto found = ci.find(name);
  return found == ci.end() ? "" : found->second;
}

/// What may become a link wherever it goes: nothing in it ends a quote, a bracket or a line.
bool is_address(const std::string& url) {
  const bool web = url.starts_with("https://") || url.starts_with("http://");
  return web && url.size() <= kLongestUrl &&
         url.find_first_of(" <>|\"'`\\^{}()[]") == std::string::npos && printable(url) == url;
}

void add_link(Notice& notice, const std::string& name, const std::string& url) {
  if (notice.links.size() >= kMostLinks || !is_address(url)) return;
  const auto same = [&](const auto& link) { return link.second == url; };
  if (std::ranges::none_of(notice.links, same)) notice.links.emplace_back(short_text(name), url);
}

void add_fact(Notice& notice, const std::string& label, const std::string& text) {
  if (!text.empty()) notice.facts.emplace_back(label, text);
}

/// What CI knows of the build, and whom to talk to.
void add_facts(Notice& notice) {
  const std::string pull_request = fact_of(notice.ci, "pull_request");
  const auto build = notice.ci.find("build_url");
  if (build != notice.ci.end()) add_link(notice, "build", build->second);
  if (is_address(pull_request)) {
    add_link(notice, "pull request", pull_request);
  } else {
    add_fact(notice, "pull request", pull_request);
  }
  add_fact(notice, "commit", fact_of(notice.ci, "commit"));
  add_fact(notice, "branch", fact_of(notice.ci, "branch"));
  add_fact(notice, "author", fact_of(notice.ci, "author"));
  add_fact(notice, "started by", fact_of(notice.ci, "user"));
  add_fact(notice, "owner", notice.owner);
  add_link(notice, "runbook", notice.runbook);
}

std::string in_environment(const Notice& notice) {
  return notice.environment.empty() ? "" : " in " + notice.environment;
}

void add_outcome(Notice& notice, const Report& report) {
  const Outcome& outcome = report.outcome;
  std::vector<Block> blocks;
  explanation::add_release(report, blocks);
  for (const Block& block : blocks) {
    if (const auto* paragraph = std::get_if<Paragraph>(&block)) {
      notice.remarks.push_back(short_text(paragraph->text));
    }
  }
  for (const Reason& reason : outcome.reasons) {
    if (notice.reasons.size() == kMostReasons) break;
    notice.reasons.push_back(
        short_text(reason.metric ? explanation::named(*reason.metric, reason.text) : reason.text));
  }
  notice.what_to_do = short_text(explanation::advice(report));
  for (const MetricOutcome& metric : outcome.metrics) {
    if (notice.metrics.size() == kMostMetrics) break;
    const judge::Finding& finding = metric.finding;
    notice.metrics.push_back({short_text(metric.spec.name), finding.verdict, finding.effect,
                              finding.canary.mean, finding.baseline.mean});
  }
  for (const MetricOutcome& metric : outcome.metrics) {
    if (metric.finding.verdict == Verdict::pass) continue;
    for (const auto& [name, url] : metric.links) {
      add_link(notice, metric.spec.name + " " + name, url);
    }
  }
}

}  // namespace

Notice notice_of_start(const GateRequest& request, const std::string& run_id, const RunFacts& run,
                       TimePoint now) {
  const CheckDefinition& check = request.loaded.check;
  Notice notice;
  notice.program_version = CANARYGATE_VERSION;
  notice.run_id = run_id;
  notice.check = short_text(check.name);
  notice.environment = short_text(request.loaded.environment.name);
  notice.owner = short_text(check.owner);
  notice.runbook = check.runbook;
  notice.ci = harmless(run.ci);
  const std::string what = notice.check + in_environment(notice);
  const std::string length = format_duration(check.window.duration);
  if (request.deploy) {
    notice.began = now;
    notice.headline = fmt::format(
        "STARTED: the canary of {} is being deployed, and will be watched for {}", what, length);
  } else {
    // Whole seconds, as the gate takes them.
    const TimePoint whole = std::chrono::floor<std::chrono::seconds>(request.now.value_or(now));
    const Duration window = check.window.warmup + check.window.duration;
    notice.began = request.deployed_at.value_or(request.now ? whole - window : whole);
    notice.headline = fmt::format("STARTED: the canary of {}, deployed at {}, is watched for {}",
                                  what, format_time(notice.began), length);
  }
  notice.now = notice.began;
  if (run.override_reason) {
    notice.override_reason = short_text(*run.override_reason);
    notice.remarks.push_back(short_text(fmt::format(
        "Overridden by {}: \"{}\". The deploy goes on whatever the verdict.",
        run.override_user.empty() ? "an unknown user" : run.override_user, *run.override_reason)));
  }
  add_facts(notice);
  return notice;
}

Notice notice_of_verdict(const Report& report, std::optional<TimePoint> began) {
  const Outcome& outcome = report.outcome;
  const Explanation explanation = explain(report);
  Notice notice;
  notice.moment = Notice::Moment::verdict;
  notice.program_version = report.program_version;
  notice.run_id = report.run_id;
  notice.check = short_text(outcome.check);
  notice.environment = short_text(outcome.environment);
  notice.owner = short_text(outcome.owner);
  notice.runbook = outcome.runbook;
  notice.ci = harmless(report.ci);
  notice.headline = short_text(explanation.headline);
  notice.began = began.value_or(outcome.deployed ? outcome.deployed_at : outcome.started_at);
  if (outcome.deployed) notice.deployed_at = outcome.deployed_at;
  notice.now = std::max(outcome.finished_at, notice.began);
  notice.tone = explanation.tone;
  notice.verdict = outcome.verdict;
  notice.exit_code = report.exit_code;
  notice.hard_exit_code = report.hard_exit_code;
  notice.soft_fail = report.soft_fail;
  if (report.override_reason) notice.override_reason = short_text(*report.override_reason);
  notice.took = outcome.timings.total;
  add_facts(notice);
  add_outcome(notice, report);
  return notice;
}

std::vector<std::string> lines_of(const Notice& notice) {
  std::vector<std::string> lines = notice.reasons;
  lines.insert(lines.end(), notice.remarks.begin(), notice.remarks.end());
  if (!notice.what_to_do.empty()) lines.push_back("What to do now: " + notice.what_to_do);
  // By this line a backtest finds the deploy again.
  if (notice.deployed_at) lines.push_back("deployed at " + format_time(*notice.deployed_at));
  for (const auto& [label, text] : notice.facts) lines.push_back(label + ": " + text);
  for (const auto& [name, url] : notice.links) lines.push_back(name + ": " + url);
  lines.push_back(fmt::format("canarygate {}, run {}", notice.program_version, notice.run_id));
  return lines;
}

std::string field_of(const Notice& notice, const std::string& name) {
  const bool decided = notice.moment == Notice::Moment::verdict;
  const std::map<std::string, std::string> fields{
      {"check", notice.check},
      {"deployed_at", format_time(notice.began)},
      {"environment", notice.environment},
      {"event", decided ? "verdict" : "start"},
      {"exit_code", std::to_string(notice.exit_code)},
      {"hard_exit_code", std::to_string(notice.hard_exit_code)},
      {"headline", notice.headline},
      {"override", notice.override_reason.value_or("")},
      {"owner", notice.owner},
      {"reasons", join(notice.reasons, "\n")},
      {"run_id", notice.run_id},
      {"runbook", short_text(notice.runbook)},
      {"soft_fail", notice.soft_fail ? "true" : "false"},
      {"text", notice.headline + "\n" + join(lines_of(notice), "\n")},
      {"time", format_time(notice.now)},
      {"verdict", decided ? to_string(notice.verdict) : ""},
      {"what_to_do", notice.what_to_do}};
  const auto found = fields.find(name);
  return found == fields.end() ? fact_of(notice.ci, name) : found->second;
}

}  // namespace canarygate
