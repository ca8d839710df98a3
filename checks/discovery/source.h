/// Finding hosts: the interface of a discovery source, and the table of them.
///
/// A source is asked with what the check says (`canary: {consul: {service: web, …}}`), over a
/// connection that the environment describes (`discovery: {consul: {url: …}}`). A new source is one
/// file with its class in an unnamed namespace and one line in `source.cpp`'s table.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/hosts.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate {

/// What one source found for one selection: any order, duplicates allowed, every name not empty.
struct Found {
  std::vector<Host> hosts;
  std::vector<std::string> warnings;
  /// Set when `hosts` is empty: what was asked, what that can mean and what to check.
  std::string why_nobody;
};

/// What a source said when it was asked for nobody in particular.
struct Greeting {
  std::string seen;  ///< a clause: `lists 12 services`; "" where only a selection can be asked for
  std::string doubt{};  ///< what may be wrong all the same, and what to do about it
};

/// Made anew for each time that hosts are looked for, so that it may keep what a server answered:
/// canary and baseline are then taken from one and the same answer, and no host that is just being
/// moved from one to the other is found in both or in neither.
class DiscoverySource {
 public:
  DiscoverySource() = default;
  DiscoverySource(const DiscoverySource&) = delete;
  DiscoverySource& operator=(const DiscoverySource&) = delete;
  virtual ~DiscoverySource() = default;

  /// The hosts that `selection` describes; an empty list is an answer, not an error. Errors are
  /// ErrorKind::discovery (or timeout, interrupted, secret) and name the server, the status and the
  /// next step. Takes at most `patience`.
  [[nodiscard]] virtual Result<Found> find(const Config& selection, Duration patience) = 0;

  /// Asks as little as proves that the server will answer; errors as find()'s.
  [[nodiscard]] virtual Result<Greeting> greet(Duration /*patience*/) { return Greeting{}; }
};

struct SourceType {
  std::string name;  ///< as in `canary: {NAME: {…}}` and `discovery: {NAME: {…}}`
  std::string help;  ///< one line
  std::vector<Key>
      connection_keys;              ///< in an environment's `discovery`; none = needs no connection
  std::vector<Key> selection_keys;  ///< in a check's `canary` and `baseline`
  /// The selection keys that tell the canary from the rest; `baseline: {rest: true}` is the
  /// canary's selection without them.
  std::vector<std::string> narrowing_keys;
  Result<std::unique_ptr<DiscoverySource>> (*make)(const Config& connection, const Ports& ports);
};

/// All of them, sorted by name. `hosts: [a, b]`, a plain list, is the selection {names: [a, b]} of
/// source "hosts".
[[nodiscard]] std::span<const SourceType> source_types();

/// Null when there is none of that name.
[[nodiscard]] const SourceType* find_source_type(const std::string& name);

}  // namespace canarygate
