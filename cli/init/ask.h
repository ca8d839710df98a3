/// Short questions on a terminal, each with what Enter takes.
#pragma once

#include <functional>
#include <optional>
#include <ostream>
#include <string>

#include "checks/clock.h"

namespace canarygate::init {

class Asker {
 public:
  /// Asks on `out`, and is answered on stdin, which is a terminal: it gives a line at a time.
  Asker(std::ostream& out, const Interrupt& interrupt) : out_(out), interrupt_(interrupt) {}

  /// `question [usual]: `, again until `objection` has none ("" is none). `-` is "", nothing. No
  /// value at all when the input has ended or was interrupted.
  [[nodiscard]] std::optional<std::string> ask(
      const std::string& question, const std::string& usual,
      const std::function<std::string(const std::string&)>& objection = nullptr);
  /// Y/n; yes by Enter. False when the input has ended or was interrupted.
  [[nodiscard]] bool agree(const std::string& question);

 private:
  [[nodiscard]] std::optional<std::string> read_line();

  std::ostream& out_;
  const Interrupt& interrupt_;
};

}  // namespace canarygate::init
