/// Short questions on a terminal, each with what Enter takes.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

namespace canarygate::init {

class Asker {
 public:
  Asker(std::istream& in, std::ostream& out) : in_(in), out_(out) {}

  /// `question [usual]: `, again until `objection` has none ("" is none). `-` is "", nothing. No
  /// value at all when the input has ended or was interrupted.
  [[nodiscard]] std::optional<std::string> ask(
      const std::string& question, const std::string& usual,
      const std::function<std::string(const std::string&)>& objection = nullptr);
  /// Y/n; yes by Enter. False when the input has ended.
  [[nodiscard]] bool agree(const std::string& question);

 private:
  std::istream& in_;
  std::ostream& out_;
};

}  // namespace canarygate::init
