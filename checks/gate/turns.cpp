#include "checks/gate/turns.h"

#include <algorithm>
#include <map>
#include <semaphore>
#include <string>
#include <thread>
#include <tuple>

namespace canarygate::gate {

namespace {

/// Ends a story where it waits, when another one has thrown.
struct Abandoned {};

/// Two requests with the same question have the same answer: all of a request but its patience.
/// That every part is named makes it an error to add one and forget it here, which would answer one
/// account's question with another's numbers.
auto question_of(const HttpRequest& request) {
  const auto& [method, url, headers, body, timeout, max_body, only_once, direct, ca_file, aws,
               secret_url] = request;
  static_cast<void>(timeout);
  return std::tie(url, method, body, headers, max_body, only_once, direct, ca_file, aws,
                  secret_url);
}

struct ByQuestion {
  bool operator()(const HttpRequest* a, const HttpRequest* b) const {
    return question_of(*a) < question_of(*b);
  }
};

}  // namespace

struct Turns::Story {
  enum class State { ready, asleep, asking, over } state = State::ready;
  Duration due{0};  // by Clock::elapsed()
  const Interrupt* interrupt = nullptr;
  std::span<const HttpRequest> requests;
  Duration patience{0};
  std::vector<Result<HttpResponse>> answers;
  std::binary_semaphore turn{0};
  std::binary_semaphore done{0};  // with its turn
  std::jthread thread;            // the last: it uses all of the above
};

class Turns::Time : public Clock {
 public:
  explicit Time(Turns& turns) : turns_(turns) {}
  [[nodiscard]] TimePoint now() const override { return turns_.now_; }
  [[nodiscard]] Duration elapsed() const override { return turns_.elapsed_; }
  [[nodiscard]] Duration worked() const override { return turns_.outside_.clock.worked(); }
  void sleep(Duration length, const Interrupt& interrupt) override {
    if (interrupt.raised()) return;
    Story& story = *turns_.moving_;
    story.state = Story::State::asleep;
    story.due = turns_.elapsed_ + length;
    story.interrupt = &interrupt;
    turns_.yield_turn();
  }

 private:
  Turns& turns_;
};

class Turns::Network : public HttpClient {
 public:
  explicit Network(Turns& turns) : turns_(turns) {}
  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration patience) override {
    Story& story = *turns_.moving_;
    story.state = Story::State::asking;
    story.requests = requests;
    story.patience = patience;
    turns_.yield_turn();
    return std::move(story.answers);
  }

 private:
  Turns& turns_;
};

Turns::Turns(const Ports& ports)
    : outside_(ports),
      now_(ports.clock.now()),
      elapsed_(ports.clock.elapsed()),
      time_(std::make_unique<Time>(*this)),
      network_(std::make_unique<Network>(*this)),
      ports_{*network_, *time_, ports.variables, ports.processes, ports.interrupt} {}

Turns::~Turns() = default;

void Turns::start(std::span<const std::function<void()>> stories) {
  for (const auto& tell : stories) {
    auto made = std::make_unique<Story>();
    Story& story = *made;
    story.thread = std::jthread([this, &story, &tell] {
      story.turn.acquire();
      try {
        if (!abandoned_) tell();
      } catch (const Abandoned&) {
      } catch (...) {
        if (!thrown_) thrown_ = std::current_exception();
      }
      story.state = Story::State::over;
      story.done.release();
    });
    stories_.push_back(std::move(made));
  }
}

void Turns::run(std::span<const std::function<void()>> stories) {
  const auto any = [this](Story::State state) {
    return std::ranges::any_of(stories_, [&](const auto& story) { return story->state == state; });
  };
  try {
    start(stories);
    while (any(Story::State::ready)) {
      for (const auto& story : stories_) {
        if (story->state == Story::State::ready) give_turn(*story);
        if (thrown_) std::rethrow_exception(thrown_);
      }
      if (any(Story::State::asking)) {
        answer();
      } else if (any(Story::State::asleep)) {
        sleep();
      }
    }
  } catch (...) {
    abandon();
    throw;
  }
  stories_.clear();
}

void Turns::give_turn(Story& story) {
  moving_ = &story;
  story.turn.release();
  story.done.acquire();
}

void Turns::yield_turn() {
  Story& story = *moving_;
  story.done.release();
  story.turn.acquire();
  if (abandoned_) throw Abandoned{};
}

void Turns::answer() {
  std::vector<HttpRequest> together;
  std::map<const HttpRequest*, std::size_t, ByQuestion> known;  // places in `together`
  std::vector<std::size_t> places;
  Duration patience{0};
  for (const auto& story : stories_) {
    if (story->state != Story::State::asking) continue;
    patience = std::max(patience, story->patience);
    for (const HttpRequest& request : story->requests) {
      // Who has less time left than others must not wait for an answer as long as they.
      const Duration timeout = std::max(Duration(1), std::min(request.timeout, story->patience));
      const auto [place, is_new] = known.emplace(&request, together.size());
      if (is_new) {
        together.push_back(request);
        together.back().timeout = timeout;
      } else {
        together[place->second].timeout = std::max(together[place->second].timeout, timeout);
      }
      places.push_back(place->second);
    }
  }
  const auto answers = outside_.http.send_all(together, patience);
  std::size_t next = 0;
  for (const auto& story : stories_) {
    if (story->state != Story::State::asking) continue;
    story->answers.clear();
    for (std::size_t i = 0; i < story->requests.size(); ++i) {
      story->answers.push_back(answers[places[next++]]);
    }
    story->state = Story::State::ready;
  }
  wake_those_due();
}

void Turns::sleep() {
  Duration due = Duration::max();
  const Interrupt never;
  const Interrupt* watched = &never;
  for (const auto& story : stories_) {
    if (story->state != Story::State::asleep) continue;
    due = std::min(due, story->due);
    if (story->interrupt == &outside_.interrupt) watched = story->interrupt;
  }
  outside_.clock.sleep(due - elapsed_, *watched);
  wake_those_due();
}

void Turns::wake_those_due() {
  now_ = outside_.clock.now();
  elapsed_ = outside_.clock.elapsed();
  for (const auto& story : stories_) {
    if (story->state != Story::State::asleep) continue;
    if (story->due <= elapsed_ || story->interrupt->raised()) story->state = Story::State::ready;
  }
}

void Turns::abandon() {
  abandoned_ = true;
  for (const auto& story : stories_) {
    if (story->state != Story::State::over) give_turn(*story);
  }
  stories_.clear();
}

}  // namespace canarygate::gate
