#include "checks/gate.h"

#include "checks/gate/run.h"

namespace canarygate {

Outcome run_gate(const GateRequest& request, const Ports& ports, GateObserver& observer) {
  gate::Run run(request, ports, observer);

  // What can be wrong without asking anyone is said at once.
  if (!run.prepare()) return run.finish();

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

}  // namespace canarygate
