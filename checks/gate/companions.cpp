#include "checks/gate/companions.h"

namespace canarygate::gate {

Status Companions::start_deploy(Processes& processes, const std::string& command,
                                bool stdout_to_stderr, TimePoint now) {
  if (!started_) {
    auto process = processes.start(command, stdout_to_stderr);
    if (process) process_ = std::move(*process);
    started_ = process ? Status(Done{}) : Status(unexpected(process.error()));
    began_ = now;
  }
  return *started_;
}

std::optional<std::string> Companions::deploy_ended(TimePoint now) {
  if (!end_ && process_) {
    end_ = process_->ended();
    ended_at_ = now;
  }
  return end_;
}

void Companions::signal_deploy(int number) {
  if (passed_on_ || !process_) return;
  process_->signal(number);
  passed_on_ = true;
}

void Companions::over(const std::string& check, bool stops) {
  if (!started_ && !gone_) gone_ = check;
  if (fail_fast_ && stops && !failed_) failed_ = check;
}

}  // namespace canarygate::gate
