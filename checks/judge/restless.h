/// How restless the hosts are: by how much more a host's points move in a window than they usually
/// do.
///
/// A fleet whose noise grows moves the means of its hosts apart, too, and draws of a calmer past
/// cannot show that. The steps from point to point can, even of a single host, and a lasting change
/// of level is no step but one. With two hosts and ten metrics, noise that doubles for all stopped
/// 29 % of unchanged releases before they were looked at.
#pragma once

#include <cstdint>
#include <vector>

#include "checks/judge/host_points.h"

namespace canarygate::judge {

/// The steps between a host's successive points, on the metric's scale; what all hosts step at the
/// same moment is taken off, for it moves both sides alike.
class Steps {
 public:
  Steps(const Timeline& timeline, std::size_t hosts, bool before_after);

  /// Each host once.
  void add(std::size_t host, const HostPoints& points);

  /// By window (0 is now, up to `looks_done`), look and host: the mean size of the steps by what is
  /// usual for the host, so that 1 is as ever. A size counts up to kCap times the median: a spike
  /// is not restlessness. NaN where there is no step, or where a host usually makes none.
  [[nodiscard]] Cube restlessness(std::int64_t looks_done) const;

 private:
  const Timeline& timeline_;
  std::size_t columns_;
  std::size_t hosts_;
  bool before_after_;
  std::vector<float> steps_;          // hosts × columns, NaN where there is none
  std::vector<double> sum_;           // of all hosts by column
  std::vector<std::uint32_t> count_;  // of hosts by column
};

}  // namespace canarygate::judge
