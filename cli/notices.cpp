#include "cli/notices.h"

#include <exception>

#include "checks/text.h"
#include "pipelines/ci_environment.h"

namespace canarygate {

/// Passes everything on.
class Notices::Observer : public GateObserver {
 public:
  Observer(Notices& notices, GateObserver& shown) : notices_(notices), shown_(shown) {}

  void hosts_found(const HostsOutcome& hosts) override { shown_.hosts_found(hosts); }
  void history_fetched(std::int64_t windows, std::int64_t points) override {
    shown_.history_fetched(windows, points);
  }
  void waiting(const std::string& for_what, TimePoint until) override {
    shown_.waiting(for_what, until);
  }
  void tick(TimePoint now) override { shown_.tick(now); }
  void deploying(const std::string& command) override {
    shown_.deploying(command);  // it leaves the terminal, where a warning may be written now
    notices_.start();
  }
  void deployed(TimePoint deployed_at) override { shown_.deployed(deployed_at); }
  void looked(const Outcome& so_far) override { shown_.looked(so_far); }
  void decided(const Outcome& outcome) override { shown_.decided(outcome); }
  void note(const std::string& line) override { shown_.note(line); }

 private:
  Notices& notices_;
  GateObserver& shown_;
};

Notices::Notices(const Options& options, std::span<const GateRequest> requests,
                 std::vector<std::string> run_ids, const Ports& ports, std::ostream& err)
    : ports_(ports),
      err_(err),
      run_ids_(std::move(run_ids)),
      deploys_(options.deploy.has_value()),
      override_reason_(options.override_reason) {
  if (options.no_notify || requests.empty()) return;
  const auto& specs = requests.front().loaded.environment.notify;  // one environment for all
  if (specs.empty()) return;
  sockets_ = make_system_sockets(ports.interrupt);
  requests_.assign(requests.begin(), requests.end());
  notifications_ = std::make_unique<Notifications>(specs, requests.size(), ports, *sockets_);
}

Notices::~Notices() = default;

GateObserver& Notices::watch(GateObserver& shown) {
  if (!notifications_ || !deploys_) return shown;
  observers_.push_back(std::make_unique<Observer>(*this, shown));
  return *observers_.back();
}

void Notices::begin() {
  if (!deploys_) start();
}

void Notices::start() {
  if (!notifications_ || deploy_began_) return;  // one command deploys for all checks
  const TimePoint now = ports_.clock.now();
  if (deploys_) deploy_began_ = now;
  RunFacts run{read_ci_environment(ports_.variables), override_reason_, ""};
  run.override_user = ci_user(run.ci, ports_.variables);
  tell([&] {
    std::vector<Notice> notices;
    for (std::size_t i = 0; i < requests_.size(); ++i) {
      notices.push_back(notice_of_start(requests_[i], run_ids_[i], run, now));
    }
    return notices;
  });
}

void Notices::decided(std::span<const Report> reports) {
  if (!notifications_) return;
  tell([&] {
    std::vector<Notice> notices;
    for (const Report& report : reports) {
      notices.push_back(notice_of_verdict(report, deploy_began_));
    }
    return notices;
  });
}

void Notices::tell(const std::function<std::vector<Notice>()>& notices) {
  const auto warn = [&](const std::string& text) {
    err_ << "canarygate: warning: " << printable(text) << "\n";
  };
  try {
    for (const std::string& failure : notifications_->tell(notices())) warn(failure);
  } catch (const std::exception& error) {
    // Memory that ran out, or a defect: not even that may become the exit code.
    warn(std::string("notify: internal error: ") + error.what());
  }
}

}  // namespace canarygate
