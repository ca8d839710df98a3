/// What a Prometheus knows of some hosts: what it calls them, what they expose, and whether a
/// proposed metric has numbers for each of them.
///
/// Every reply is bounded. Errors say what could not be seen; none of them stops `init`.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "checks/metrics/backend.h"
#include "cli/init/propose.h"

namespace canarygate::init {

/// The hosts as one way of calling them has it: `as` of the source; "" for names given by hand.
struct Naming {
  std::string as;
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
};

/// How the series of these hosts are found.
struct Match {
  std::string as;
  HostMatch hosts;
  std::vector<std::string> names;  ///< those that have series, the canary's first
  std::size_t unseen = 0;          ///< how many have none
};

/// What came of the proposals.
struct Proven {
  std::vector<ProposedMetric> good;
  std::vector<std::string> left_out;  ///< a clause each: `go_goroutines: numbers for 3 of 5 hosts`
};

class PrometheusSurvey {
 public:
  PrometheusSurvey(std::string url, const std::string& token_env, const Ports& ports);

  /// Whether it answers queries.
  [[nodiscard]] Status greet();
  /// The naming and the label under which most of the hosts have series.
  [[nodiscard]] Result<Match> match(const std::vector<Naming>& namings);
  /// Between two samples; the usual 15 s where that cannot be seen.
  [[nodiscard]] Duration scrape_interval(const Match& match);
  /// What one canary and one host of the baseline expose.
  [[nodiscard]] Result<Exposed> exposed(const Match& match);
  /// Those of `proposed` that have one series with numbers for each host, a few of each kind.
  [[nodiscard]] Proven prove(const std::vector<ProposedMetric>& proposed, const Match& match,
                             Duration scrape_interval);

  [[nodiscard]] const std::string& server() const { return server_; }
  [[nodiscard]] const Config& connection() const { return connection_; }

 private:
  [[nodiscard]] Result<std::string> get(const std::string& path);
  [[nodiscard]] Result<std::vector<std::string>> values_of(const std::string& label);

  std::string url_;
  std::string server_;
  Config connection_;
  Ports ports_;
};

}  // namespace canarygate::init
