/// The door to what is no HTTP: statsd by UDP, Graphite's plaintext by TCP.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/notifiers.h"
#include "checks/result.h"

namespace canarygate {

struct SocketText {
  enum class Protocol { udp, tcp } protocol = Protocol::udp;
  SocketAddress address;
  std::vector<std::string> parts;  ///< a datagram each; by TCP one after the other
};

class Sockets {
 public:
  Sockets() = default;
  Sockets(const Sockets&) = delete;
  Sockets& operator=(const Sockets&) = delete;
  virtual ~Sockets() = default;
  /// Sends all, within `patience` for the lot. One result a text, in their order. By UDP nobody
  /// says that it arrived, and only sometimes that it did not. Errors are sentences that name the
  /// address.
  [[nodiscard]] virtual std::vector<Status> send_all(std::span<const SocketText> texts,
                                                     Duration patience) = 0;
};

/// Ends early, with an error, when `interrupt` is raised.
[[nodiscard]] std::unique_ptr<Sockets> make_system_sockets(const Interrupt& interrupt);

}  // namespace canarygate
