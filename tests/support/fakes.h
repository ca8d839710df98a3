/// Stand-ins for the doors to the world. Each is strict: what a test did not announce fails the
/// test.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
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
  /// The wall clock is put to another time.
  void set(TimePoint now) { now_ = now; }
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

/// Commands with known outputs, and commands that run for a while by a FakeClock. Starting one that
/// was not announced fails the test, and so does one that was announced and never started.
class FakeProcesses : public Processes {
 public:
  /// What a started command does, and what was done to it.
  struct Script {
    Duration length{0};
    std::string end;               ///< as RunningProcess::ended says it
    bool ignores_signals = false;  ///< else a signal ends it
    std::optional<Error> refusal;  ///< it cannot be started
    int starts = 0;
    TimePoint started_at;
    bool stdout_to_stderr = false;
    std::vector<int> signals;
    bool end_seen = false;
  };

  explicit FakeProcesses(const FakeClock& clock) : clock_(clock) {}
  ~FakeProcesses() override {
    for (const auto& [command, script] : scripts_) {
      CHECK_MESSAGE(script.starts > 0, "never started: " << command);
    }
  }

  std::map<std::string, Result<std::string>> outputs;
  [[nodiscard]] Result<std::string> output_of(const std::string& command, Duration) override {
    const auto found = outputs.find(command);
    if (found == outputs.end()) FAIL("unexpected command: " << command);
    return found->second;
  }

  /// Programs by their command: each is given what it was run with.
  std::map<std::string, std::function<Result<ProgramEnd>(const ProgramRun&)>> programs;
  [[nodiscard]] Result<ProgramEnd> run(const ProgramRun& program) override {
    const auto found = programs.find(program.command);
    if (found == programs.end()) FAIL("unexpected program: " << program.command);
    return found->second(program);
  }

  Script& expect_start(const std::string& command, Duration length, std::string end = "") {
    Script& script = scripts_[command];
    script.length = length;
    script.end = std::move(end);
    return script;
  }

  [[nodiscard]] Result<std::unique_ptr<RunningProcess>> start(const std::string& command,
                                                              bool stdout_to_stderr) override {
    const auto found = scripts_.find(command);
    if (found == scripts_.end()) FAIL("unexpected start of: " << command);
    Script& script = found->second;
    ++script.starts;
    CHECK_MESSAGE(script.starts == 1, "started again: " << command);
    if (script.refusal) return unexpected(*script.refusal);
    script.started_at = clock_.now();
    script.stdout_to_stderr = stdout_to_stderr;
    return std::unique_ptr<RunningProcess>(std::make_unique<Running>(script, clock_));
  }

 private:
  class Running final : public RunningProcess {
   public:
    Running(Script& script, const FakeClock& clock)
        : script_(script), clock_(clock), end_at_(clock.elapsed() + script.length) {}
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() override { CHECK_MESSAGE(script_.end_seen, "destroyed before its end was seen"); }
    [[nodiscard]] std::optional<std::string> ended() override {
      if (clock_.elapsed() < end_at_) return std::nullopt;
      script_.end_seen = true;
      return script_.end;
    }
    void signal(int number) override {
      if (clock_.elapsed() >= end_at_) return;
      script_.signals.push_back(number);
      if (script_.ignores_signals) return;
      end_at_ = clock_.elapsed();
      script_.end = "ended by signal " + std::to_string(number);
    }

   private:
    Script& script_;
    const FakeClock& clock_;
    Duration end_at_;
  };

  const FakeClock& clock_;
  std::map<std::string, Script> scripts_;
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
  FakeProcesses processes{clock};
  Interrupt interrupt;
  Ports ports{http, clock, variables, processes, interrupt};
};

}  // namespace canarygate::test
