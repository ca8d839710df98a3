/// Points in time, lengths of time, and the clock that everybody is handed.
///
/// Time is read in one place, the gate, and then travels by value. Tests hand in a clock that
/// jumps.
#pragma once

#include <atomic>
#include <chrono>

namespace canarygate {

/// Wall-clock time, UTC, to the millisecond: what every API and every report speaks.
using TimePoint = std::chrono::sys_time<std::chrono::milliseconds>;
using Duration = std::chrono::milliseconds;

/// Set by a signal handler, read by everything that waits. Holds the signal's number, 0 for none.
class Interrupt {
 public:
  void raise(int signal) noexcept { signal_.store(signal, std::memory_order_relaxed); }
  [[nodiscard]] int signal() const noexcept { return signal_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool raised() const noexcept { return signal() != 0; }

 private:
  std::atomic<int> signal_{0};
};

/// The door to time. `now` is what the world calls it (and what `--now` replaces); `elapsed` never
/// jumps and is what deadlines are measured with.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual TimePoint now() const = 0;
  /// Since this clock was made; monotonic.
  [[nodiscard]] virtual Duration elapsed() const = 0;
  /// Returns when `length` has passed, or at once when `interrupt` was raised, before or meanwhile.
  virtual void sleep(Duration length, const Interrupt& interrupt) = 0;
};

}  // namespace canarygate
