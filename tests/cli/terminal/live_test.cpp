#include "cli/terminal/live.h"

#include <doctest/doctest.h>

#include <memory>
#include <sstream>

#include "cli/terminal/progress.h"

namespace canarygate::test {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr TimePoint kNow{seconds(1'795'212'000)};  // 2026-11-20T22:00:00Z

/// A live view, its screen, and what it wrote since it was last asked.
struct Terminal {
  Screen screen{60, 24, true, 0};
  std::ostringstream out;
  std::unique_ptr<LiveProgress> live;

  Terminal() {
    FrameState first;
    first.check = "web";
    first.looks = 2;
    first.now = kNow;
    LiveView::Setting setting{{first}, false, true, [this] { return screen; }};
    live = std::make_unique<LiveProgress>(std::make_shared<LiveView>(out, std::move(setting)),
                                          LiveProgress::Setting{0, seconds(10), seconds(60)});
  }
  std::string written() {
    std::string text = out.str();
    out.str("");
    return text;
  }
  void wait() { live->waiting("look 1 of 2", kNow + seconds(7)); }
  void end() { live.reset(); }
};

Outcome look(std::int64_t done) {
  Outcome outcome;
  outcome.window.start = kNow;
  outcome.window.end = kNow + seconds(60);
  outcome.window.looks = 2;
  outcome.window.looks_done = done;
  outcome.hosts.canary = {"a"};
  outcome.hosts.baseline = {"b", "c"};
  return outcome;
}

const std::string kFirstFrame =
    "web\x1B[K\n"
    "looks ○○ · next look in 0:07\x1B[K\n";

}  // namespace

TEST_CASE("a frame is drawn in place of the one before, and only when something changed") {
  Terminal terminal;
  CHECK(terminal.written().empty());
  terminal.wait();
  CHECK(terminal.written() == kFirstFrame);
  terminal.live->tick(kNow + milliseconds(0));
  CHECK(terminal.written().empty());
  terminal.live->tick(kNow + milliseconds(1200));
  CHECK(terminal.written() ==
        "\r\x1B[2A"
        "web\x1B[K\n"
        "looks ○○ · next look in 0:06\x1B[K\n\x1B[J");
}

TEST_CASE("a look's frame stays, with an empty line before what follows") {
  Terminal terminal;
  terminal.live->looked(look(1));
  CHECK(terminal.written() ==
        "web\x1B[K\n"
        "looks ●○ · deciding · window ends in 1:00\x1B[K\n"
        "canary: a · baseline: 2 hosts\x1B[K\n");
  terminal.end();
  CHECK(terminal.written() ==
        "\r\x1B[3A"
        "web\x1B[K\n"
        "looks ●○ · window 22:00:00 UTC to 22:01:00 UTC\x1B[K\n"
        "canary: a · baseline: 2 hosts\x1B[K\n\x1B[J"
        "\n");
}

TEST_CASE("a run without any look leaves nothing behind") {
  Terminal terminal;
  terminal.wait();
  CHECK(terminal.written() == kFirstFrame);
  terminal.end();
  CHECK(terminal.written() == "\r\x1B[2A\x1B[J");
}

TEST_CASE("a run that ends before anything was drawn writes nothing") {
  Terminal terminal;
  terminal.end();
  CHECK(terminal.written().empty());
}

TEST_CASE("a narrower screen has wrapped the frame, and all of it is drawn over") {
  Terminal terminal;
  terminal.wait();  // lines of 3 and 28 columns: 1 and 2 rows of 20
  CHECK(terminal.written() == kFirstFrame);
  terminal.screen.columns = 20;
  terminal.live->tick(kNow);
  CHECK(terminal.written() ==
        "\r\x1B[3A\x1B[J"
        "web\x1B[K\n"
        "next look in 0:07\x1B[K\n\x1B[J");
}

TEST_CASE("the deploy command has the terminal to itself") {
  Terminal terminal;
  terminal.wait();
  CHECK(terminal.written() == kFirstFrame);
  terminal.live->deploying("./deploy.sh \x1B[2J");
  CHECK(terminal.written() ==
        "\r\x1B[2A"
        "web\x1B[K\n"
        "looks ○○ · running the deploy command\x1B[K\n\x1B[J"
        "canarygate: web: running the deploy command: ./deploy.sh \\x1B[2J\n");
  terminal.live->tick(kNow + seconds(3));
  terminal.live->waiting("the command", kNow + seconds(9));
  CHECK(terminal.written().empty());
  terminal.live->deployed(kNow + seconds(20));
  CHECK(terminal.written() ==
        "\ncanarygate: web: the deploy ended; the window begins at 22:00:30 UTC\n"
        "web\x1B[K\n"
        "looks ○○ · looking for the hosts · window ends in 1:10\x1B[K\n");
}

TEST_CASE("what follows a deploy that was not watched begins on a line of its own") {
  Terminal terminal;
  terminal.live->deploying("false");
  CHECK(terminal.written() == "canarygate: web: running the deploy command: false\n");
  terminal.end();
  CHECK(terminal.written() == "\n");
}

TEST_CASE("a new warning is told once, above the frame") {
  Terminal terminal;
  Outcome outcome = look(1);
  outcome.warnings = {{"definition", {}, {}, "told by validate"}};
  terminal.live->looked(outcome);
  CHECK(terminal.written().find("told by validate") == std::string::npos);
  outcome.warnings.push_back({"look_failed", {}, {}, "look 2 of 2 was skipped"});
  terminal.live->looked(outcome);
  const std::string text = terminal.written();
  CHECK(
      text.starts_with("\r\x1B[3A\x1B[J"
                       "canarygate: web: warning: look 2 of 2 was skipped\n"
                       "web\x1B[K\n"));
  terminal.live->looked(outcome);
  CHECK(terminal.written().empty());
}

TEST_CASE("in the background it is silent, and it draws anew when it comes back") {
  Terminal terminal;
  terminal.wait();
  CHECK(terminal.written() == kFirstFrame);
  terminal.screen.foreground = false;
  terminal.live->tick(kNow + seconds(2));
  CHECK(terminal.written().empty());
  terminal.screen.foreground = true;
  terminal.live->tick(kNow);
  CHECK(terminal.written() == kFirstFrame);  // not over what the shell wrote meanwhile
}

TEST_CASE("stopped and continued, it draws anew below") {
  Terminal terminal;
  terminal.wait();
  CHECK(terminal.written() == kFirstFrame);
  terminal.screen.continued = 1;
  terminal.live->tick(kNow);
  CHECK(terminal.written() == kFirstFrame);
}

TEST_CASE("a log gets plain lines, the deploy's too, and none while it waits") {
  std::ostringstream out;
  PlainProgress plain(out, {"web", seconds(10)});
  plain.deploying("./deploy.sh\x1B[2J");
  plain.deployed(kNow);
  plain.waiting("look 1 of 2", kNow + seconds(40));
  plain.tick(kNow);
  plain.tick(kNow + seconds(1));
  CHECK(out.str() ==
        "canarygate: web: running the deploy command: ./deploy.sh\\x1B[2J\n"
        "canarygate: web: the deploy ended; the window begins at 22:00:10 UTC\n"
        "canarygate: web: waiting for look 1 of 2 at 22:00:40 UTC\n");
}

TEST_CASE("several checks have a frame each, and what each found stays until the last is over") {
  std::ostringstream out;
  FrameState web;
  web.check = "web";
  web.looks = 2;
  web.now = kNow;
  FrameState api = web;
  api.check = "api";
  LiveView::Setting setting{{web, api}, false, true, [] { return Screen{60, 24, true, 0}; }};
  {
    auto view = std::make_shared<LiveView>(out, std::move(setting));
    LiveProgress first(view, {0, seconds(10), seconds(60)});
    LiveProgress second(view, {1, seconds(10), seconds(60)});
    view.reset();
    first.waiting("look 1 of 2", kNow + seconds(7));
    CHECK(out.str() ==
          "web\x1B[K\n"
          "looks ○○ · next look in 0:07\x1B[K\n"
          "api\x1B[K\n"
          "looks ○○ · looking for the hosts\x1B[K\n");
    out.str("");
    first.deploying("./deploy.sh");
    second.deploying("./deploy.sh");
    CHECK(out.str().ends_with("canarygate: running the deploy command: ./deploy.sh\n"));
    CHECK(out.str().find("./deploy.sh") == out.str().rfind("./deploy.sh"));
    out.str("");
    first.deployed(kNow);
    second.deployed(kNow);
    CHECK(out.str().find("\ncanarygate: the deploy ended\n") == 0);
    Outcome failed = look(1);
    failed.verdict = Verdict::fail;
    out.str("");
    first.looked(failed);
    first.decided(failed);
    CHECK(
        out.str().ends_with("web\x1B[K\n"
                            "fail · looks ●○ · window 22:00:00 UTC to 22:01:00 UTC\x1B[K\n"
                            "canary: a · baseline: 2 hosts\x1B[K\n"
                            "api\x1B[K\n"
                            "looks ○○ · looking for the hosts · window ends in 1:10\x1B[K\n"
                            "\x1B[J"));
    out.str("");
  }
  CHECK(out.str().ends_with("\n\x1B[J\n"));
}

TEST_CASE(
    "in a log of several checks each line has its check's name, and the deploy is told once") {
  std::ostringstream out;
  PlainProgress web(out, {"web", seconds(10), Options::Verbosity::normal, true, true});
  PlainProgress api(out, {"api", seconds(20), Options::Verbosity::normal, true, false});
  for (PlainProgress* check : {&web, &api}) check->deploying("./deploy.sh");
  for (PlainProgress* check : {&web, &api}) check->deployed(kNow);
  Outcome outcome;
  outcome.verdict = Verdict::no_data;
  api.decided(outcome);
  CHECK(out.str() ==
        "canarygate: running the deploy command: ./deploy.sh\n"
        "canarygate: web: the deploy ended; the window begins at 22:00:10 UTC\n"
        "canarygate: api: the deploy ended; the window begins at 22:00:20 UTC\n"
        "canarygate: api: decided: no_data\n");
}

}  // namespace canarygate::test
