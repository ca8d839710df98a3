#include "pipelines/deploys/collect.h"

#include <fmt/format.h>

#include <algorithm>
#include <deque>

#include "checks/http/hide.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate::deploys {

namespace {

constexpr std::size_t kMostEvents = 100'000;
constexpr std::size_t kMostRequests = 500;
constexpr std::size_t kAtOnce = 4;

bool carries_all(const Event& event, const std::vector<std::string>& tags) {
  return std::ranges::all_of(tags, [&](const std::string& tag) {
    return std::ranges::find(event.tags, tag) != event.tags.end();
  });
}

class Collection {
 public:
  Collection(const EventSource& source, const Piece& whole) : source_(source), whole_(whole) {
    const auto pieces = source.cut(whole);
    open_.assign(pieces.begin(), pieces.end());
  }

  [[nodiscard]] bool complete() const { return open_.empty(); }

  /// Asks for some of what is still open.
  [[nodiscard]] Status go_on(HttpClient& http, Duration patience) {
    std::vector<Piece> pieces;
    std::vector<HttpRequest> requests;
    while (!open_.empty() && pieces.size() < kAtOnce) {
      auto request = source_.request(open_.front());
      if (!request) return unexpected(request.error());
      host_ = host_of(request->url);
      requests.push_back(std::move(*request));
      pieces.push_back(std::move(open_.front()));
      open_.pop_front();
    }
    asked_ += requests.size();
    if (asked_ > kMostRequests) return too_much();
    auto answers = http.send_all(requests, patience);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      if (!answers[i]) return unexpected(answers[i].error());
      hide_credentials(requests[i], *answers[i]);
      if (Status taken = take(pieces[i], *answers[i]); !taken) return taken;
    }
    return Done{};
  }

  [[nodiscard]] std::vector<Event> events() && { return std::move(events_); }

 private:
  Status take(const Piece& piece, const HttpResponse& response) {
    auto events = source_.read(piece, response);
    if (!events) return unexpected(events.error());
    const auto rest = source_.rest(piece, events->size());
    if (!rest) return unexpected(rest.error());
    open_.insert(open_.end(), rest->begin(), rest->end());
    for (Event& event : *events) {
      if (event.time < whole_.from || event.time > whole_.to) continue;
      if (!carries_all(event, whole_.tags)) continue;
      if (events_.size() == kMostEvents) return too_much();
      events_.push_back(std::move(event));
    }
    return Done{};
  }

  [[nodiscard]] Unexpected<Error> too_much() const {
    return fail(ErrorKind::backend,
                fmt::format("{} has more than {} events with the tags {}; ask for less time, or "
                            "name a tag that only deploys carry",
                            host_, events_.size(), printable(list_of(whole_.tags))));
  }

  const EventSource& source_;
  const Piece& whole_;
  std::deque<Piece> open_;
  std::vector<Event> events_;
  std::size_t asked_ = 0;
  std::string host_;
};

}  // namespace

Result<std::vector<Event>> collect(const EventSource& source, const Piece& whole,
                                   const Ports& ports, Duration patience) {
  const Duration deadline = ports.clock.elapsed() + patience;
  Collection collection(source, whole);
  while (!collection.complete()) {
    const Duration left = std::max(deadline - ports.clock.elapsed(), Duration(0));
    if (const Status asked = collection.go_on(ports.http, left); !asked) {
      return unexpected(asked.error());
    }
  }
  return std::move(collection).events();
}

}  // namespace canarygate::deploys
