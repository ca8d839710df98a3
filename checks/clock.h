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
  /// `by_terminal`: somebody typed it, and every process of the terminal's foreground group got it.
  void raise(int signal, bool by_terminal = false) noexcept {
    by_terminal_.store(by_terminal, std::memory_order_relaxed);
    signal_.store(signal, std::memory_order_release);
  }
  [[nodiscard]] int signal() const noexcept { return signal_.load(std::memory_order_acquire); }
  [[nodiscard]] bool raised() const noexcept { return signal() != 0; }
  /// Only after raised() said true.
  [[nodiscard]] bool by_terminal() const noexcept {
    return by_terminal_.load(std::memory_order_relaxed);
  }

  /// The program that runs for us: a signal that ends us at once is to reach it first. A process,
  /// or a whole group as a negative number, as kill() takes them; 0 for nobody.
  void set_ward(int target) noexcept { ward_.store(target, std::memory_order_relaxed); }
  [[nodiscard]] int ward() const noexcept { return ward_.load(std::memory_order_relaxed); }

 private:
  static_assert(std::atomic<int>::is_always_lock_free, "signal handlers must not wait");
  std::atomic<int> signal_{0};
  std::atomic<bool> by_terminal_{false};
  std::atomic<int> ward_{0};
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
  /// The same for how long a computation takes: it also moves where elapsed() is held still.
  [[nodiscard]] virtual Duration worked() const { return elapsed(); }
  /// Returns when `length` has passed, or at once when `interrupt` was raised, before or meanwhile.
  virtual void sleep(Duration length, const Interrupt& interrupt) = 0;
};

}  // namespace canarygate
