/// Everybody who is to be told of a run, told at once.
///
/// An extra, never more: what goes wrong is a sentence for a warning, nothing is asked twice, and
/// each of the two moments takes at most `kPatience` for HTTP, the same for commands that print
/// secrets, and `kSocketPatience` for the rest, however many there are to tell of however many
/// checks.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/ports.h"
#include "pipelines/notify/notifier.h"

namespace canarygate {

class Notifications {
 public:
  static constexpr Duration kPatience = std::chrono::seconds(5);

  static constexpr Duration kSocketPatience = std::chrono::seconds(2);

  /// Of `checks` checks that are run together.
  Notifications(const std::vector<NotifierSpec>& specs, std::size_t checks, const Ports& ports,
                Sockets& sockets);
  ~Notifications();
  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

  /// Tells all whom this moment concerns, of each check (one notice a check, in their order);
  /// nobody once the run was interrupted. A sentence for each who could not be told, each once.
  [[nodiscard]] std::vector<std::string> tell(std::span<const Notice> notices);

 private:
  struct Listener {
    NotifierSpec spec;
    std::vector<std::unique_ptr<Notifier>> of;  ///< one a check: an answer is its check's alone
  };

  class Round;
  class Hurried;

  std::unique_ptr<Hurried> processes_;
  Ports ports_;
  Sockets& sockets_;
  std::vector<Listener> listeners_;
};

}  // namespace canarygate
