#include "pipelines/notify/notifications.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"
#include "pipelines/notify/refusal.h"

namespace canarygate {

namespace {

constexpr std::size_t kMostBody = 64U << 10U;

bool concerns(const NotifierSpec& spec, const Notice& notice) {
  const std::string send = spec.config.get<std::string>("send", "all");
  if (send == "all") return true;
  if (notice.moment == Notice::Moment::start) return false;
  return send == "verdict" || notice.verdict != Verdict::pass || notice.exit_code != 0;
}

}  // namespace

/// Commands that print secrets, which share one bound at each moment.
class Notifications::Hurried : public Processes {
 public:
  Hurried(Processes& processes, const Clock& clock) : processes_(processes), clock_(clock) {}

  void begin() { deadline_ = clock_.elapsed() + kPatience; }

  [[nodiscard]] Result<std::string> output_of(const std::string& command, Duration limit) override {
    const Duration left = deadline_ - clock_.elapsed();
    if (left <= Duration(0)) return fail(ErrorKind::timeout, "others took all the time there was");
    return processes_.output_of(command, std::min(limit, left));
  }
  [[nodiscard]] Result<std::unique_ptr<RunningProcess>> start(const std::string& command,
                                                              bool stdout_to_stderr) override {
    return processes_.start(command, stdout_to_stderr);
  }
  [[nodiscard]] Result<ProgramEnd> run(const ProgramRun& program) override {
    return processes_.run(program);
  }

 private:
  Processes& processes_;
  const Clock& clock_;
  Duration deadline_{0};
};

/// What is told at one moment.
class Notifications::Round {
 public:
  void add(const NotifierSpec& spec, Notifier& notifier, const Notice& notice) {
    auto message = notifier.message(notice);
    if (!message) {
      failed(spec, message.error().text);
    } else if (*message) {
      sent_.push_back({&spec, &notifier, &notice, std::move(**message)});
    }
  }

  void send(Sockets& sockets) {
    std::vector<SocketText> texts;
    std::vector<const Sent*> whose;
    for (const Sent& one : sent_) {
      if (!one.message.text) continue;
      texts.push_back(*one.message.text);
      whose.push_back(&one);
    }
    if (texts.empty()) return;
    const auto results = sockets.send_all(texts, kSocketPatience);
    for (std::size_t i = 0; i < results.size(); ++i) {
      if (!results[i]) failed(*whose[i]->spec, results[i].error().text);
    }
  }

  void send(HttpClient& http) {
    std::vector<HttpRequest> requests;
    std::vector<const Sent*> whose;
    for (Sent& one : sent_) {
      if (one.message.text) continue;
      one.message.request.only_once = true;  // asked twice, it would be told twice
      one.message.request.timeout = 2 * kPatience;
      one.message.request.max_body = kMostBody;
      requests.push_back(one.message.request);
      whose.push_back(&one);
    }
    if (requests.empty()) return;
    const auto answers = http.send_all(requests, kPatience);
    for (std::size_t i = 0; i < answers.size(); ++i) take(*whose[i], answers[i]);
  }

  [[nodiscard]] const std::vector<std::string>& failures() const { return failures_; }

 private:
  /// A message on its way, and whom its answer concerns.
  struct Sent {
    const NotifierSpec* spec;
    Notifier* notifier;
    const Notice* notice;
    Message message;
  };

  void take(const Sent& one, const Result<HttpResponse>& answer) {
    if (!answer) {
      failed(*one.spec, notify::failure_of(one.message, answer.error(), kPatience));
    } else if (const auto objection = notify::objection_to(one.message, *answer)) {
      failed(*one.spec, *objection);
    } else {
      one.notifier->accepted(*one.notice, *answer);
    }
  }

  void failed(const NotifierSpec& spec, const std::string& cause) {
    std::string text = fmt::format("notify: {}: {}", spec.type, cause);
    if (std::ranges::find(failures_, text) == failures_.end()) {
      failures_.push_back(std::move(text));
    }
  }

  std::vector<Sent> sent_;
  std::vector<std::string> failures_;
};

Notifications::Notifications(const std::vector<NotifierSpec>& specs, std::size_t checks,
                             const Ports& ports, Sockets& sockets)
    : processes_(std::make_unique<Hurried>(ports.processes, ports.clock)),
      ports_{ports.http, ports.clock, ports.variables, *processes_, ports.interrupt},
      sockets_(sockets) {
  for (const NotifierSpec& spec : specs) {
    const auto types = notifier_types();
    const auto type = std::ranges::find(types, spec.type, &NotifierType::name);
    if (type == types.end()) continue;
    Listener listener{spec, {}};
    for (std::size_t i = 0; i < checks; ++i) listener.of.push_back(type->make(spec.config, ports_));
    listeners_.push_back(std::move(listener));
  }
}

Notifications::~Notifications() = default;

std::vector<std::string> Notifications::tell(std::span<const Notice> notices) {
  if (ports_.interrupt.raised()) return {};
  processes_->begin();
  Round round;
  for (const Listener& listener : listeners_) {
    for (std::size_t i = 0; i < std::min(notices.size(), listener.of.size()); ++i) {
      if (concerns(listener.spec, notices[i])) {
        round.add(listener.spec, *listener.of[i], notices[i]);
      }
    }
  }
  round.send(sockets_);
  round.send(ports_.http);
  return round.failures();
}

}  // namespace canarygate
