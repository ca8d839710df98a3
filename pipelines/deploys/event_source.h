/// Where others keep events, deploys among them: the interface of a source, and the table of them.
///
/// A new one is one file with its class in an unnamed namespace, and one line in
/// `event_sources.cpp`.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/model.h"
#include "checks/http/client.h"
#include "checks/ports.h"
#include "checks/result.h"

namespace canarygate::deploys {

struct Event {
  TimePoint time;
  std::string text;  ///< what it is called, on its first line, and what else it says
  std::vector<std::string> tags;
};

/// What one request asks for: the events that carry all `tags`.
struct Piece {
  std::vector<std::string> tags;
  TimePoint from;
  TimePoint to;  ///< included
  int page = 0;
};

class EventSource {
 public:
  EventSource() = default;
  EventSource(const EventSource&) = delete;
  EventSource& operator=(const EventSource&) = delete;
  virtual ~EventSource() = default;

  /// A tag as this source keeps it.
  [[nodiscard]] virtual std::string kept(const std::string& tag) const { return tag; }
  /// As much as may be asked for at once.
  [[nodiscard]] virtual std::vector<Piece> cut(const Piece& whole) const { return {whole}; }
  [[nodiscard]] virtual Result<HttpRequest> request(const Piece& piece) const = 0;
  /// The events of an answer, with tags as kept; those of another time or without the tags may be
  /// among them. Errors say who answered what, and what to do.
  [[nodiscard]] virtual Result<std::vector<Event>> read(const Piece& piece,
                                                        const HttpResponse& response) const = 0;
  /// What an answer of `count` events left out.
  [[nodiscard]] virtual Result<std::vector<Piece>> rest(const Piece& /*piece*/,
                                                        std::size_t /*count*/) const {
    return std::vector<Piece>();
  }
};

struct EventSourceType {
  std::string name;  ///< as in `--deploys NAME`
  std::string help;  ///< one line
  /// All that the environment names; none is an error that says what to write there.
  Result<std::vector<std::unique_ptr<EventSource>>> (*make)(const EnvironmentDefinition&,
                                                            const Ports&);
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const EventSourceType> event_source_types();

}  // namespace canarygate::deploys
