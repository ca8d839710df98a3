/// From the pieces of a target's answer to one series a host.
///
/// Numbers of one archive only: what another archive holds is averaged or summed over another step,
/// and cannot be compared.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/metrics/graphite_frontends.h"
#include "checks/metrics/graphite_request.h"

namespace canarygate::graphite {

struct AnsweredPiece {
  Piece piece;
  Taken taken;
};

/// The step in which each target is answered: that of its newest piece with data, for good.
class Archives {
 public:
  /// Learns from all pieces of `target` that one fetch brought. Error when the newest has another
  /// step than earlier fetches had.
  [[nodiscard]] Status learn(const std::string& target, std::span<const AnsweredPiece> pieces);

  /// Of a target that was learnt; 0 where it never had data.
  [[nodiscard]] Duration step_of(const std::string& target) const;

 private:
  std::map<std::string, Duration> steps_;
};

/// The answer to `query`: of each piece that has steps of `step` its numbers, of the others nothing
/// but a warning. Series are named by their label `query.host_label`, which is not empty. Errors:
/// `step` is coarser than the query's; no series has that label; two series with numbers at the
/// same time are of one host.
[[nodiscard]] Result<QueryAnswer> put_together(const RangeQuery& query,
                                               std::vector<AnsweredPiece> pieces, Duration step);

}  // namespace canarygate::graphite
