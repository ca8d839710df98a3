/// Numbers of each verdict for Graphite, by carbon's plaintext protocol:
/// https://graphite.readthedocs.io/en/latest/feeding-carbon.html
#include <fmt/format.h>

#include "pipelines/notify/notifiers.h"
#include "pipelines/notify/numbers.h"

namespace canarygate {

namespace {

constexpr std::uint16_t kPort = 2003;

class GraphitePlaintext : public Notifier {
 public:
  explicit GraphitePlaintext(const Config& config) : config_(config) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    if (notice.moment != Notice::Moment::verdict) return std::optional<Message>();
    const std::string stem =
        notify::stem_of(config_.get<std::string>("prefix", "canarygate"), notice);
    std::string lines;
    for (const notify::Number& number : notify::numbers_of(notice)) {
      lines += fmt::format("{}{} {} {}\n", stem, number.path(), notify::digits_of(number.value),
                           notify::seconds_of(notice.now));
    }
    Message message;
    message.text = SocketText{SocketText::Protocol::tcp,
                              *parse_socket_address(config_.get<std::string>("address"), kPort),
                              {std::move(lines)}};
    return std::optional(std::move(message));
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override {
    Message message;
    message.text = SocketText{SocketText::Protocol::tcp,
                              *parse_socket_address(config_.get<std::string>("address"), kPort),
                              {}};
    return Rehearsal{std::move(message), true, "takes connections",
                     "carbon never says whether it took a number"};
  }

 private:
  Config config_;
};

}  // namespace

std::unique_ptr<Notifier> make_graphite_plaintext(const Config& config, const Ports&) {
  return std::make_unique<GraphitePlaintext>(config);
}

}  // namespace canarygate
