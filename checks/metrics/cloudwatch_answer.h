/// One query's numbers, put together from the answers to its requests and their pages.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "checks/metrics/cloudwatch_reply.h"
#include "checks/metrics/cloudwatch_request.h"

namespace canarygate::cloudwatch {

/// What became of the rows of one request, over all of its pages.
class Pages {
 public:
  void add(const Reply& reply);
  void start_over() { statuses_.clear(); }

  struct Verdict {
    std::string fault;       ///< why the answer is not all of the data, a clause; "" when it is
    bool transient = false;  ///< the same request may do better
  };
  /// After the last page. `ids`: what the answer must say something of.
  [[nodiscard]] Verdict verdict(const std::vector<std::string>& ids) const;

 private:
  std::map<std::pair<std::string, std::string>, std::string> statuses_;  // the last, by id, label
};

class Answer {
 public:
  explicit Answer(const Grid& grid) : grid_(grid) {}

  /// Takes a page's numbers. The error is a clause: two numbers for one moment of one series.
  [[nodiscard]] Result<Done, std::string> add(const Reply& reply);

  /// The hosts' series, in the order of `hosts`; zeros where the witness proves them, if there is
  /// one.
  [[nodiscard]] QueryAnswer of_metric(const Dimension& host, bool has_witness) const;
  /// The series of a search, which their labels name.
  [[nodiscard]] QueryAnswer of_search(const std::string& host_label) const;

 private:
  using Values = std::vector<double>;

  [[nodiscard]] const Values* values_of(const std::string& id) const;

  Grid grid_;
  std::map<std::string, std::map<std::string, Values>> values_;  // by id, then host in the label
  std::vector<std::string> warnings_;
};

}  // namespace canarygate::cloudwatch
