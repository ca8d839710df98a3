/// Asking one Graphite frontend, or both of a redundant pair.
///
/// The two of a pair hold the same numbers, except those that one missed while it was down or cut
/// off. So both are asked, the fuller answer is taken, and that they differ is said.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/http/client.h"
#include "checks/metrics/graphite_reply.h"
#include "checks/result.h"
#include "checks/series.h"

namespace canarygate::graphite {

struct Question {
  std::string target;
  Grid grid;
  bool counts = false;
  HttpRequest request;  ///< `url` is what follows a server's address
};

struct Taken {
  RenderReply reply;
  std::string host;                   ///< the server that sent it, as messages call it
  std::vector<std::string> warnings;  ///< the other could not answer, or answers otherwise
};

class Frontends {
 public:
  /// `servers`: base URLs, one or two. `credentials`: describe_credentials().
  Frontends(std::vector<std::string> servers, std::string credentials)
      : servers_(std::move(servers)), credentials_(std::move(credentials)) {}

  /// One result a question, in their order. Some questions are asked at a time, so that what is
  /// held of answers not yet read has a bound, and what is kept of all of them has one. An error
  /// gives each server's reason.
  [[nodiscard]] std::vector<Result<Taken>> ask(HttpClient& http, const Clock& clock,
                                               std::span<const Question> questions,
                                               Duration patience) const;

  [[nodiscard]] const std::vector<std::string>& servers() const { return servers_; }

 private:
  std::vector<std::string> servers_;
  std::string credentials_;
};

}  // namespace canarygate::graphite
