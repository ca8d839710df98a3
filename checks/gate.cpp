#include "checks/gate.h"

#include <algorithm>
#include <functional>
#include <memory>

#include "checks/gate/companions.h"
#include "checks/gate/run.h"
#include "checks/gate/turns.h"

namespace canarygate {

namespace {

/// What follows once all is known to be in order.
Outcome watch_and_judge(gate::Run& run) {
  // With --deploy the new version goes out now, after a look at how the hosts do without it.
  if (!run.deploy()) return run.finish();

  // Who is canary, and who is baseline? Fewer than expected, or another version, is never a pass.
  if (!run.discover()) return run.finish();

  // What is normal? The past is fetched now, while the window has yet to fill, so that the verdict
  // follows the window's last point by one small query.
  if (!run.fetch_history()) return run.finish();

  // Look as the window fills. A failure ends it at once; a pass needs the whole window.
  while (run.await_next_look()) {
    run.look();
    if (run.settled()) break;
  }

  // Are they still the same hosts? A canary that was rolled back while we watched must not pass.
  run.confirm_hosts();

  return run.finish();
}

using Runs = std::vector<std::unique_ptr<gate::Run>>;

/// What can be wrong without asking anyone is said at once, of all of them; and then nobody is
/// asked.
bool prepare(const Runs& runs) {
  std::vector<gate::Run*> fit;
  const gate::Run* unfit = nullptr;
  for (const auto& run : runs) {
    if (run->prepare()) {
      fit.push_back(run.get());
    } else if (unfit == nullptr) {
      unfit = run.get();
    }
  }
  if (unfit == nullptr) return true;
  for (gate::Run* run : fit) run->stand_down(unfit->check());
  return false;
}

}  // namespace

Outcome run_gate(const GateRequest& request, const Ports& ports, GateObserver& observer) {
  gate::Companions alone(1, false);
  gate::Run run(request, ports, observer, alone);

  // What can be wrong without asking anyone is said at once.
  return run.prepare() ? watch_and_judge(run) : run.finish();
}

std::vector<Outcome> run_gates(std::span<const WatchedRequest> requests, const Ports& ports,
                               bool fail_fast) {
  gate::Turns turns(ports);
  gate::Companions companions(requests.size(), fail_fast);
  Runs runs;
  for (const WatchedRequest& watched : requests) {
    runs.push_back(
        std::make_unique<gate::Run>(watched.request, turns.ports(), watched.observer, companions));
  }
  std::vector<Outcome> outcomes(runs.size());
  if (!prepare(runs)) {
    std::ranges::transform(runs, outcomes.begin(), [](const auto& run) { return run->finish(); });
    return outcomes;
  }

  std::vector<std::function<void()>> stories;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    stories.emplace_back([&, i] { outcomes[i] = watch_and_judge(*runs[i]); });
  }
  turns.run(stories);
  return outcomes;
}

Outcome judge_again(const gate::Recording& recording, const CheckDefinition& check,
                    const Ports& ports) {
  GateRequest request;
  request.loaded.check = check;
  request.loaded.environment.name = recording.outcome.environment;
  GateObserver nobody;
  gate::Companions alone(1, false);
  return gate::Run(request, ports, nobody, alone).replay(recording);
}

}  // namespace canarygate
