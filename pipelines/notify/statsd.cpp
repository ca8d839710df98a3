/// Numbers of each verdict for statsd, and for those that speak its dialect with tags:
/// https://github.com/statsd/statsd/blob/master/docs/metric_types.md
/// https://docs.datadoghq.com/developers/dogstatsd/datagram_shell/
#include <fmt/format.h>

#include "checks/text.h"
#include "pipelines/notify/notifiers.h"
#include "pipelines/notify/numbers.h"

namespace canarygate {

namespace {

using notify::Number;

constexpr std::uint16_t kPort = 8125;
constexpr std::size_t kMostBytes = 1400;  ///< of a datagram, so that no network cuts it in pieces
constexpr std::size_t kLongestTag = 200;

const char* type_of(Number::Kind kind) {
  switch (kind) {
    case Number::Kind::count:
      return "c";
    case Number::Kind::time:
      return "ms";
    case Number::Kind::gauge:
      break;
  }
  return "g";
}

/// Nothing that ends a tag, a field or a line.
std::string tag_of(const std::string& text) {
  return notify::tag_without(" ,|#@:\"\\", text, kLongestTag);
}

/// As few datagrams as hold all lines.
std::vector<std::string> packed(const std::vector<std::string>& lines) {
  std::vector<std::string> datagrams;
  for (const std::string& line : lines) {
    if (datagrams.empty() || datagrams.back().size() + 1 + line.size() > kMostBytes) {
      datagrams.push_back(line);
    } else {
      datagrams.back() += "\n" + line;
    }
  }
  return datagrams;
}

std::optional<Message> to_statsd(const Config& config, const std::vector<std::string>& lines) {
  Message message;
  message.text = SocketText{
      SocketText::Protocol::udp,
      *parse_socket_address(config.get<std::string>("address", "127.0.0.1"), kPort), packed(lines)};
  return message;
}

/// No datagram: its name is looked up, and that is all that UDP lets one see.
Rehearsal rehearsal_of(const Config& config) {
  return {*to_statsd(config, {}), true, "is a host that there is",
          "by UDP nobody says whether a number arrived"};
}

class Statsd : public Notifier {
 public:
  explicit Statsd(const Config& config) : config_(config) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    if (notice.moment != Notice::Moment::verdict) return std::optional<Message>();
    const std::string stem =
        notify::stem_of(config_.get<std::string>("prefix", "canarygate"), notice);
    std::vector<std::string> lines;
    for (const Number& number : notify::numbers_of(notice)) {
      const std::string name = stem + number.path();
      std::string line;
      // A gauge with a sign is added to what it was: 0 first.
      if (number.kind == Number::Kind::gauge && number.value < 0) line = name + ":0|g\n";
      lines.push_back(line + fmt::format("{}:{}|{}", name, notify::digits_of(number.value),
                                         type_of(number.kind)));
    }
    return to_statsd(config_, lines);
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override { return rehearsal_of(config_); }

 private:
  Config config_;
};

class DogStatsd : public Notifier {
 public:
  explicit DogStatsd(const Config& config) : config_(config) {}

  [[nodiscard]] Result<std::optional<Message>> message(const Notice& notice) override {
    if (notice.moment != Notice::Moment::verdict) return std::optional<Message>();
    std::string common = "check:" + tag_of(notice.check);
    if (!notice.environment.empty()) common += ",environment:" + tag_of(notice.environment);
    for (const std::string& tag : config_.get<std::vector<std::string>>("tags")) {
      const std::size_t colon = tag.find(':');
      common += "," + tag_of(tag.substr(0, colon));
      if (colon != std::string::npos) common += ":" + tag_of(tag.substr(colon + 1));
    }
    std::string stem;
    for (const std::string& part : split(config_.get<std::string>("prefix", "canarygate"), '.')) {
      stem += notify::word_of(part) + ".";
    }
    std::vector<std::string> lines;
    for (const Number& number : notify::numbers_of(notice)) {
      std::string line = fmt::format("{}{}:{}|{}|#{}", stem, number.name,
                                     notify::digits_of(number.value), type_of(number.kind), common);
      for (const auto& [label, value] : number.labels) line += "," + label + ":" + tag_of(value);
      lines.push_back(std::move(line));
    }
    return to_statsd(config_, lines);
  }

  [[nodiscard]] Result<Rehearsal> rehearse() override { return rehearsal_of(config_); }

 private:
  Config config_;
};

}  // namespace

std::unique_ptr<Notifier> make_statsd(const Config& config, const Ports&) {
  return std::make_unique<Statsd>(config);
}

std::unique_ptr<Notifier> make_dogstatsd(const Config& config, const Ports&) {
  return std::make_unique<DogStatsd>(config);
}

}  // namespace canarygate
