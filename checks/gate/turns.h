/// Several stories at the same time, of which only one moves at any moment.
///
/// Each has a thread of its own and its turn until it would have to wait, for time or for answers.
/// When all wait, what they ask is asked together, the same question only once; when all sleep, so
/// does the caller's thread, until the first is due. Turns are taken in the stories' order, and for
/// one round the clock stands still: whoever is due at the same moment asks at the same moment. So
/// the stories are told in the same way every time, and a clock that jumps makes all of them jump.
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "checks/ports.h"

namespace canarygate::gate {

class Turns {
 public:
  explicit Turns(const Ports& ports);
  Turns(const Turns&) = delete;
  Turns& operator=(const Turns&) = delete;
  ~Turns();

  /// What the stories are to use in place of the doors they stand for. Network, clock and what is
  /// behind them are only ever used by the thread that called run(), the others by one story at a
  /// time. Before run() time stands still, and nothing may be asked or waited for.
  [[nodiscard]] const Ports& ports() const { return ports_; }

  /// Returns when all are over. What one of them throws ends the others where they wait, and is
  /// thrown on.
  void run(std::span<const std::function<void()>> stories);

 private:
  class Time;
  class Network;
  struct Story;

  void start(std::span<const std::function<void()>> stories);
  void give_turn(Story& story);
  /// Called by the story whose turn it is, which now waits for its next one.
  void yield_turn();
  /// Those who wait for an answer get it.
  void answer();
  /// Until the first who sleeps is due.
  void sleep();
  void wake_those_due();
  void abandon();

  const Ports& outside_;
  TimePoint now_;
  Duration elapsed_;
  std::unique_ptr<Time> time_;
  std::unique_ptr<Network> network_;
  Ports ports_;
  std::vector<std::unique_ptr<Story>> stories_;
  Story* moving_ = nullptr;
  bool abandoned_ = false;
  std::exception_ptr thrown_;
};

}  // namespace canarygate::gate
