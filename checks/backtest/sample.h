/// Which deploys are replayed: made-up ones at random times on random hosts, and those that
/// happened.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "checks/backtest/past.h"
#include "checks/backtest/present.h"
#include "checks/backtest/scene.h"
#include "checks/judge/timeline.h"

namespace canarygate::backtest {

/// Deploys, the same for many trials: there may be ten thousand of either.
using Events = std::shared_ptr<const std::vector<judge::Interval>>;

/// One deploy to judge.
struct Trial {
  std::int64_t base = 0;  ///< its window begins after this point
  TimePoint deployed_at;  ///< so that the window begins there
  gate::Groups groups;    ///< with tags still to be learnt of a real deploy
  Events events = std::make_shared<const Events::element_type>();  ///< other deploys
  std::size_t real = 0;  ///< index in Request::deploys, of a real one
};

struct Sampling {
  std::int64_t first = 0;  ///< bases first..last
  std::int64_t last = 0;
  std::int64_t points = 0;  ///< of the window
  std::int64_t runs = 0;
  std::size_t canaries = 0;
  Duration warmup{0};
  std::uint64_t seed = 0;
};

/// One deploy in each of `runs` equal parts of the time, so that all hours have their share, on
/// `canaries` of the hosts that were there; in random order, so that any first few are of all
/// times, too. None whose window, warm-up included, touches one of `events`; there may be fewer
/// than asked for, where a part has no room for one or too few hosts.
[[nodiscard]] std::vector<Trial> made_up(const Sampling& sampling, const Scene& scene,
                                         const Past& past, const Presence& presence,
                                         const std::vector<judge::Interval>& events);

/// As many deploys as could have been made up that share neither host nor moment: more of them say
/// little new.
[[nodiscard]] std::int64_t independent(const Sampling& sampling, std::size_t hosts);

/// The real ones among `deploys` that can be judged, by time; of the others `left_out` says why.
[[nodiscard]] std::vector<Trial> real_ones(const Sampling& sampling,
                                           const std::vector<PastDeploy>& deploys,
                                           const Scene& scene, const Past& past,
                                           const Presence& presence,
                                           const std::vector<judge::Interval>& events,
                                           std::vector<std::string>& left_out);

}  // namespace canarygate::backtest
