/// One notifier, told of one notice: what it sends, whole.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipelines/notify/notifier.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

/// A type and its keys as they stand in a file.
struct Told {
  std::string type;
  std::map<std::string, ConfigValue> keys;
};

[[nodiscard]] NotifierSpec spec_of(const Told& told);

/// What `told` sends; the message to nobody, or one that cannot be made, fails the test.
[[nodiscard]] HttpRequest request_of(const Told& told, const Notice& notice, FakeWorld& world);
[[nodiscard]] nlohmann::json body_of(const Told& told, const Notice& notice, FakeWorld& world);

/// Keeps the texts, and sends none.
class FakeSockets : public Sockets {
 public:
  std::vector<SocketText> sent;
  Status result = Done{};
  [[nodiscard]] std::vector<Status> send_all(std::span<const SocketText> texts, Duration) override {
    sent.insert(sent.end(), texts.begin(), texts.end());
    return std::vector<Status>(texts.size(), result);
  }
};

/// What `told` sends by a socket; anything else fails the test.
[[nodiscard]] SocketText text_of(const Told& told, const Notice& notice);

/// Why `told` warns when the request is answered so.
[[nodiscard]] std::string warning_of(const Told& told, const Notice& notice, FakeWorld& world,
                                     const Result<HttpResponse>& answer);

[[nodiscard]] HttpResponse answer(int status, std::string body = "", std::string type = "");

/// Of `web-bg-tasks`, deployed at 14:03:20 by build 4711.
[[nodiscard]] Notice start_notice();
/// Of the report of that name (tests/support/reports.h).
[[nodiscard]] Notice verdict_notice(const std::string& report);
/// In which everything that came from outside tries to mean something where it goes.
[[nodiscard]] Notice hostile_notice();

/// Everything that each type that speaks HTTP needs, with secrets in FakeWorld's variables.
[[nodiscard]] std::vector<Told> one_of_each();
void set_secrets(FakeWorld& world);

}  // namespace canarygate::test
