#include "checks/system_ports.h"

#include <time.h>  // NOLINT(modernize-deprecated-headers): nanosleep is POSIX

#include <algorithm>
#include <cstdlib>

namespace canarygate {

namespace {

using std::chrono::steady_clock;
using std::chrono::system_clock;

class SystemClock : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return std::chrono::floor<Duration>(system_clock::now());
  }

  [[nodiscard]] Duration elapsed() const override {
    return std::chrono::floor<Duration>(steady_clock::now() - made_);
  }

  void sleep(Duration length, const Interrupt& interrupt) override {
    // A signal ends nanosleep early, but it may come just before one begins, or to another thread:
    // hence the short naps.
    constexpr Duration kNap = std::chrono::milliseconds(40);
    const auto end = steady_clock::now() + length;
    while (!interrupt.raised()) {
      const auto left = end - steady_clock::now();
      if (left.count() <= 0) return;
      const auto nap = std::min<std::chrono::nanoseconds>(left, kNap);
      const timespec pause{0, static_cast<long>(nap.count())};
      nanosleep(&pause, nullptr);
    }
  }

 private:
  steady_clock::time_point made_ = steady_clock::now();
};

class SystemVariables : public Variables {
 public:
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const override {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  }
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() { return std::make_unique<SystemClock>(); }

std::unique_ptr<Variables> make_system_variables() { return std::make_unique<SystemVariables>(); }

}  // namespace canarygate
