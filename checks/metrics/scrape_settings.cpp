#include "checks/metrics/scrape_settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checks/duration.h"
#include "checks/scrape/target.h"
#include "checks/text.h"

namespace canarygate::scrape {

namespace {

using promql::Labels;

constexpr Duration kShortestInterval = std::chrono::milliseconds(50);

Status check_labels(const Labels& labels) {
  for (const auto& [name, value] : labels) {
    if (name == "instance") {
      return fail(ErrorKind::definition,
                  "`labels` may not set 'instance': that is the host's name");
    }
    if (!is_label_name(name) || name.starts_with("__")) {
      return fail(ErrorKind::definition,
                  fmt::format("'{}' in `labels` can be no label's name: letters, digits and _, not "
                              "a digit first, not two _ first",
                              printable(shorten(name, 60))));
    }
  }
  return Done{};
}

Result<Endpoint> read_endpoint(const Config& config) {
  Endpoint endpoint;
  endpoint.scheme = config.get("scheme", endpoint.scheme);
  endpoint.path = config.get("path", endpoint.path);
  if (config.has("port")) {
    const auto port = config.get<std::int64_t>("port");
    if (port < 1 || port > 65'535) {
      return fail(ErrorKind::definition, fmt::format("`port` {} is not from 1 to 65535", port));
    }
    endpoint.port = static_cast<std::uint16_t>(port);
  }
  const bool is_path =
      endpoint.path.starts_with('/') &&
      std::ranges::all_of(endpoint.path, [](char c) { return c > ' ' && c < 127; });
  if (!is_path) {
    return fail(ErrorKind::definition,
                fmt::format("`path` '{}' must begin with / and have no blanks",
                            printable(shorten(endpoint.path, 100))));
  }
  return endpoint;
}

}  // namespace

std::vector<Key> setting_keys() {
  return {
      {"port", KeyKind::integer, false, "of hosts that name none"},
      {"path", KeyKind::text, false, "where the hosts expose their metrics (/metrics)"},
      {"scheme", KeyKind::choice, false, "how they are asked (http)", {"http", "https"}},
      {"scrape_interval", KeyKind::duration, false,
       "time between two scrapes of a host (1s); 50ms or longer"},
      {"request_timeout", KeyKind::duration, false,
       "longest wait for a host's answer; scrape_interval, and never longer"},
      {"headers", KeyKind::headers, false, "sent with each request"},
      {"auth", KeyKind::auth, false, "bearer token or basic credentials"},
      {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
      {"labels", KeyKind::text_map, false, "given to every series, as a server would"},
  };
}

Result<Settings> read_settings(const Config& config) {
  Settings settings;
  auto endpoint = read_endpoint(config);
  if (!endpoint) return unexpected(endpoint.error());
  settings.endpoint = std::move(*endpoint);
  settings.interval = config.get("scrape_interval", kDefaultInterval);
  if (settings.interval < kShortestInterval) {
    return fail(ErrorKind::definition, fmt::format("`scrape_interval` must be {} or longer",
                                                   format_duration(kShortestInterval)));
  }
  settings.timeout = config.get("request_timeout", settings.interval);
  if (settings.timeout <= Duration(0) || settings.timeout > settings.interval) {
    return fail(ErrorKind::definition,
                fmt::format("`request_timeout` must be longer than 0s and no longer than "
                            "`scrape_interval`, which is {}",
                            format_duration(settings.interval)));
  }
  settings.labels = config.get<Labels>("labels");
  const Status labels = check_labels(settings.labels);
  if (!labels) return unexpected(labels.error());
  std::erase_if(settings.labels, [](const auto& label) { return label.second.empty(); });
  return settings;
}

}  // namespace canarygate::scrape
