/// The judges that are measured side by side, each as a whole gate: when would it have stopped the
/// deploy?
#pragma once

#include <optional>
#include <span>
#include <string>

#include "checks/judge/judge.h"

namespace canarygate::operating {

struct Contestant {
  std::string name;
  std::string text;
  /// The point of the window at which it stopped, if it did.
  std::optional<std::int64_t> (*stopped)(const judge::JudgeInput& input);
};
[[nodiscard]] std::span<const Contestant> contestants();

}  // namespace canarygate::operating
