/// Stand-ins for the doors to the world. Each is strict: what a test did not announce fails the
/// test.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "checks/ports.h"

namespace canarygate::test {

/// Jumps instead of sleeping.
class FakeClock : public Clock {
 public:
  explicit FakeClock(TimePoint start) : now_(start) {}
  [[nodiscard]] TimePoint now() const override { return now_; }
  [[nodiscard]] Duration elapsed() const override { return elapsed_; }
  void sleep(Duration length, const Interrupt& interrupt) override {
    if (interrupt.raised()) return;
    advance(length);
    if (on_sleep) on_sleep(now_);
  }
  void advance(Duration length) {
    if (length.count() < 0) return;
    now_ += length;
    elapsed_ += length;
  }
  /// Time that passes without the wall clock knowing: it was set back meanwhile.
  void lose(Duration length) { elapsed_ += length; }
  std::function<void(TimePoint)> on_sleep;  ///< called after each jump, e.g. to raise an interrupt

 private:
  TimePoint now_;
  Duration elapsed_{0};
};

class FakeVariables : public Variables {
 public:
  FakeVariables() = default;
  explicit FakeVariables(std::map<std::string, std::string> all) : values(std::move(all)) {}
  std::map<std::string, std::string> values;
  [[nodiscard]] std::optional<std::string> get(const std::string& name) const override {
    const auto found = values.find(name);
    if (found == values.end() || found->second.empty()) return std::nullopt;
    return found->second;
  }
};

class FakeProcesses : public Processes {
 public:
  std::map<std::string, Result<std::string>> outputs;
  [[nodiscard]] Result<std::string> output_of(const std::string& command, Duration) override {
    const auto found = outputs.find(command);
    if (found == outputs.end()) FAIL("unexpected command: " << command);
    return found->second;
  }
};

/// Answers the requests it was told to expect, matched by method, URL and body, in any order, each
/// once unless said otherwise; anything else fails the test, and so does what was expected and
/// never came.
class FakeHttp : public HttpClient {
 public:
  struct Expectation {
    std::string method;
    std::string url;
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;  ///< must be among the request's
    Result<HttpResponse> answer;
    bool forever = false;
    bool used = false;
  };

  ~FakeHttp() override {
    for (const Expectation& e : expectations_) {
      CHECK_MESSAGE((e.used || e.forever), "never asked: " << e.method << " " << e.url);
    }
  }

  Expectation& expect(std::string method, std::string url, int status, std::string body,
                      std::map<std::string, std::string> headers = {}) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    expectations_.push_back({std::move(method), std::move(url), "", {}, std::move(response)});
    return expectations_.back();
  }
  Expectation& expect_error(std::string method, std::string url, ErrorKind kind, std::string text) {
    expectations_.push_back(
        {std::move(method), std::move(url), "", {}, fail(kind, std::move(text))});
    return expectations_.back();
  }

  [[nodiscard]] std::vector<Result<HttpResponse>> send_all(std::span<const HttpRequest> requests,
                                                           Duration) override {
    std::vector<Result<HttpResponse>> answers;
    for (const HttpRequest& request : requests) {
      sent.push_back(request);
      answers.push_back(answer_to(request));
    }
    return answers;
  }

  std::vector<HttpRequest> sent;

 private:
  Result<HttpResponse> answer_to(const HttpRequest& request) {
    for (Expectation& e : expectations_) {
      if ((e.used && !e.forever) || e.method != request.method || e.url != request.url) continue;
      if (e.body != request.body) continue;
      for (const auto& header : e.headers) {
        CHECK_MESSAGE(std::ranges::find(request.headers, header) != request.headers.end(),
                      "header " << header.first << " is missing or different in " << request.url);
      }
      e.used = true;
      return e.answer;
    }
    FAIL_CHECK("unexpected request: " << request.method << " " << request.url << " "
                                      << request.body);
    return fail(ErrorKind::backend, "unexpected request");
  }

  std::deque<Expectation> expectations_;
};

/// All doors at once, for a test that needs Ports.
struct FakeWorld {
  FakeHttp http;
  FakeClock clock{TimePoint(std::chrono::seconds(1'795'212'000))};
  FakeVariables variables;
  FakeProcesses processes;
  Interrupt interrupt;
  Ports ports{http, clock, variables, processes, interrupt};
};

}  // namespace canarygate::test
