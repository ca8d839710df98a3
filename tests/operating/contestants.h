/// The judges that are measured side by side, each as a whole gate: when would it have stopped the
/// deploy?
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/judge/judge.h"

namespace canarygate::operating {

struct Contestant {
  std::string name;
  std::string text;
  /// The point of the window at which it stopped, if it did.
  std::optional<std::int64_t> (*stopped)(const judge::JudgeInput& input);
};
[[nodiscard]] std::span<const Contestant> contestants();
/// Those of these names; all, where none is named.
[[nodiscard]] std::vector<Contestant> contestants(const std::vector<std::string>& names);

}  // namespace canarygate::operating
