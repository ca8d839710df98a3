/// What a check may ask Zabbix: `avg(ITEM KEY)`, or sum, min, max, last and count of it; the key
/// alone is its mean. `… on HOST,HOST` asks for these hosts only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/result.h"

namespace canarygate::zabbix {

enum class Function { avg, sum, min, max, last, count };

struct Query {
  Function function = Function::avg;  ///< of a host's samples in a bucket
  std::string key;                    ///< exactly as the item has it: `system.cpu.load[all,avg1]`
  std::vector<std::string> hosts;     ///< empty: every host that has the item
};

/// Variables are filled in already.
[[nodiscard]] Result<Query, QueryFault> parse_query(const std::string& text);

/// One number a bucket, of samples in any order.
class Buckets {
 public:
  explicit Buckets(const Grid& grid);
  /// Forgets what lies outside of the grid, and what is not finite.
  void add(std::int64_t clock, std::int64_t nanoseconds, double value);
  /// NaN where there was no sample.
  [[nodiscard]] std::vector<double> values(Function function) const;

 private:
  struct Bucket {
    std::int64_t count = 0;
    double sum = 0;
    double min = 0;
    double max = 0;
    double last = 0;
    std::int64_t last_at = 0;
  };
  Grid grid_;
  std::vector<Bucket> buckets_;
};

}  // namespace canarygate::zabbix
