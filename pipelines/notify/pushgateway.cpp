/// Numbers of the last verdict for a Prometheus Pushgateway, one group a check and environment.
/// https://github.com/prometheus/pushgateway
#include <fmt/format.h>

#include <cmath>

#include "checks/duration.h"
#include "checks/http/url.h"
#include "pipelines/notify/notifiers.h"

namespace canarygate {

namespace {

/// A label's value in the text format.
std::string label_value(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c == '\n' ? std::string("\\n") : std::string(1, c);
  }
  return escaped;
}

class Exposition {
 public:
  void family(const char* name, const char* help) {
    name_ = name;
    header_ = fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
  }
  /// A family without samples is left out, and so is a number that is none.
  void sample(const std::optional<double>& value, const std::string& labels = "") {
    if (!value || !std::isfinite(*value)) return;
    text_ += header_ + fmt::format("{}{} {}\n", name_, labels, *value);
    header_.clear();
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string header_;
  std::string text_;
};

void add_metrics(Exposition& out, const Notice& notice) {
  const auto label = [](const Notice::Metric& metric) {
    return fmt::format("{{metric=\"{}\"}}", label_value(metric.name));
  };
  out.family("canarygate_metric_failed", "1 for each metric that failed.");
  for (const Notice::Metric& m : notice.metrics) {
    out.sample(m.verdict == Verdict::fail ? 1 : 0, label(m));
  }
  out.family("canarygate_metric_effect_ratio", "Relative change of the canary, 1 is +100 %.");
  for (const Notice::Metric& m : notice.metrics) {
    if (m.effect.kind == judge::Effect::Kind::ratio) out.sample(m.effect.estimate, label(m));
  }
  out.family("canarygate_metric_effect_difference", "Canary less baseline, in the metric's unit.");
  for (const Notice::Metric& m : notice.metrics) {
    if (m.effect.kind == judge::Effect::Kind::difference) out.sample(m.effect.estimate, label(m));
  }
  out.family("canarygate_metric_canary_mean", "Mean of the canary in the window.");
  for (const Notice::Metric& m : notice.metrics) out.sample(m.canary, label(m));
  out.family("canarygate_metric_baseline_mean", "Mean of the baseline in the window.");
  for (const Notice::Metric& m : notice.metrics) out.sample(m.baseline, label(m));
}

std::string exposition(const Notice& notice) {
  Exposition out;
  out.family("canarygate_exit_code", "What the last run of the check returned.");
  out.sample(notice.exit_code);
  out.family("canarygate_would_have_failed",
             "1 where hard mode without an override stops the deploy.");
  out.sample(notice.hard_exit_code != 0 ? 1 : 0);
  out.family("canarygate_verdict", "1 for the last run's verdict, 0 for the others.");
  for (const Verdict verdict :
       {Verdict::pass, Verdict::fail, Verdict::no_data, Verdict::undecided, Verdict::trouble}) {
    out.sample(notice.verdict == verdict ? 1 : 0,
               fmt::format("{{verdict=\"{}\"}}", to_string(verdict)));
  }
  out.family("canarygate_verdict_timestamp_seconds", "When the last verdict was given.");
  out.sample(to_unix_seconds(notice.now));
  out.family("canarygate_duration_seconds", "How long the last run took.");
  out.sample(std::chrono::duration<double>(notice.took).count());
  add_metrics(out, notice);
  return out.text();
}

/// `/check/web`; a Pushgateway takes no empty value. Names of ours never hold a slash.
std::string group(const char* label, const std::string& value) {
  return value.empty() ? "" : fmt::format("/{}/{}", label, percent_encode(value));
}

class Pushgateway : public Notifier {
 public:
  Pushgateway(const Config& config, const Ports& ports) : config_(config), ports_(ports) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    if (notice.moment != Notice::Moment::verdict) return std::optional<Message>();
    const std::string path = "/metrics/job/canarygate" + group("check", notice.check) +
                             group("environment", notice.environment);
    auto message = notify::to(config_, ports_, join_url(config_.get<std::string>("url"), path),
                              "text/plain; version=0.0.4");
    if (!message) return unexpected(message.error());
    message->request.method = "PUT";  // what the last run had and this one has not goes
    message->request.body = exposition(notice);
    return std::optional(std::move(*message));
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    auto message =
        notify::from(config_, ports_, join_url(config_.get<std::string>("url"), "/-/ready"));
    if (!message) return unexpected(message.error());
    return Rehearsal{std::move(*message), false, "is ready"};
  }

 private:
  Config config_;
  Ports ports_;
};

}  // namespace

std::unique_ptr<Notifier> make_pushgateway(const Config& config, const Ports& ports) {
  return std::make_unique<Pushgateway>(config, ports);
}

}  // namespace canarygate
