#include "checks/metrics/scrape_targets.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/address.h"
#include "checks/http/web_page.h"
#include "checks/text.h"

namespace canarygate::scrape {

namespace {

constexpr std::size_t kMostHostsTold = 5;
constexpr std::size_t kWorthTelling = 20;  // one failure in so many scrapes

bool may_be_host(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view(".-_:[]%").find(c) != std::string_view::npos;
}

/// An IPv6 zone's percent sign is one of its own in a URL (RFC 6874).
std::string in_url(std::string_view address) {
  std::string text;
  for (const char c : address) text += c == '%' ? "%25" : std::string(1, c);
  return text;
}

/// The metric's name where the selector fixes it, else "".
std::string name_of(const Selector& selector) {
  for (const promql::Matcher& matcher : selector) {
    if (matcher.label == "__name__" && matcher.op == promql::Matcher::Op::equal) {
      return matcher.value;
    }
  }
  return "";
}

std::string unknown_name(const std::string& name, const std::vector<std::string>& known) {
  if (known.empty()) {
    return fmt::format("no host exposes a metric '{}', nor any other", printable(name));
  }
  const std::string meant = nearest(name, known);
  if (!meant.empty()) {
    return fmt::format("no host exposes a metric '{}'; did you mean '{}'?", printable(name),
                       printable(meant));
  }
  return fmt::format("no host exposes a metric '{}'; they expose {}", printable(name),
                     printable(list_of(known, 10)));
}

}  // namespace

Result<Target> make_target(const std::string& host, const Endpoint& endpoint) {
  if (host.empty() || !std::ranges::all_of(host, &may_be_host)) {
    return fail(ErrorKind::discovery,
                fmt::format("'{}' is neither a host's name nor an address, so it cannot be "
                            "scraped; correct the hosts, or the `as` of their source",
                            printable(shorten(host, 200))));
  }
  if (!names_port(host) && endpoint.port == 0) {
    return fail(ErrorKind::definition,
                fmt::format("the host {} names no port to scrape; set `port` in the backend, or "
                            "`as: address:port` where the hosts come from",
                            host));
  }
  Target target;
  target.host = host;
  target.address = names_port(host) ? host : with_port(host, endpoint.port);
  target.url = fmt::format("{}://{}{}", endpoint.scheme, in_url(target.address), endpoint.path);
  return target;
}

std::string failure_text(const Target& target, const Error& error) {
  // What follows the cause is about the `url` of a server; there is none here.
  const std::string cause = error.text.substr(0, error.text.find("; "));
  const bool is_named = cause.find(target.address) != std::string::npos;
  return is_named ? cause : fmt::format("{}: {}", target.address, cause);
}

std::string failure_text(const Target& target, const HttpResponse& response,
                         const std::string& path) {
  const int status = response.status;
  if (status == 401 || status == 403) {
    return fmt::format("{} answered {} for {} (check `auth`)", target.address, status, path);
  }
  if (status != 200) return fmt::format("{} answered {} for {}", target.address, status, path);
  if (is_web_page(response)) {
    return fmt::format("{} answered with a web page for {}", target.address, path);
  }
  return "";
}

std::string none_answered(std::span<const Target> targets) {
  std::string text = "no host could be scraped: ";
  std::size_t told = 0;
  std::size_t failed = 0;
  for (const Target& target : targets) {
    if (target.last_failure.empty()) continue;
    if (++failed > kMostHostsTold) continue;
    text += (told++ == 0 ? "" : "; ") + target.last_failure;
  }
  if (failed == 0) return "no host was scraped yet";
  if (failed > told) text += fmt::format("; and {} more", failed - told);
  return text + ". Check `port` and `path`";
}

std::vector<std::string> remarks_on(std::span<const Target> targets) {
  std::vector<std::string> remarks;
  std::vector<std::string> others;
  for (const Target& target : targets) {
    // A host that was deployed to is away for a moment.
    if (target.failures * kWorthTelling > target.scrapes) {
      if (remarks.size() == kMostHostsTold) {
        others.push_back(target.address);
      } else {
        remarks.push_back(fmt::format("{} of {} of {} failed, the last: {}", target.failures,
                                      count_of(target.scrapes, "scrape"), target.address,
                                      target.last_failure));
      }
    }
  }
  if (!others.empty()) {
    remarks.push_back(fmt::format("scrapes of {} failed, too", list_of(others)));
  }
  const auto twice = std::ranges::find_if(targets, [](const Target& t) { return t.repeated > 0; });
  if (twice != targets.end()) {
    remarks.push_back(fmt::format("{} exposes {} twice, '{}' for one; the first value is taken",
                                  twice->address, count_of(twice->repeated, "sample"),
                                  printable(shorten(twice->repeated_name, 100))));
  }
  return remarks;
}

void note_attendance(Target& target, TimePoint begun, bool answered) {
  target.attendance.append({begun.time_since_epoch().count(), answered ? 1.0 : 0.0},
                           Bounds().samples_of_series);
  target.failed_last = answered ? 0 : target.failed_last + 1;
}

bool was_there(const Target& target, TimePoint time, Duration lookback) {
  const auto scrapes = target.attendance.samples();
  const std::int64_t at = time.time_since_epoch().count();
  const auto after = std::ranges::upper_bound(scrapes, at, {}, &promql::Sample::time);
  if (after == scrapes.begin()) return false;
  const promql::Sample& newest = *std::prev(after);
  return newest.value > 0 && newest.time > at - lookback.count();
}

std::optional<TimePoint> last_answer(const Target& target) {
  const auto scrapes = target.attendance.samples();
  const auto answered = std::find_if(scrapes.rbegin(), scrapes.rend(),
                                     [](const promql::Sample& scrape) { return scrape.value > 0; });
  if (answered == scrapes.rend()) return std::nullopt;
  return TimePoint(Duration(answered->time));
}

std::vector<std::string> explain_nothing(const std::vector<Selector>& selectors,
                                         const Store& store) {
  std::vector<std::string> texts;
  const std::vector<std::string> known = store.names();
  for (const Selector& selector : selectors) {
    const std::string name = name_of(selector);
    const bool synthesized =
        name == "up" || name == "scrape_duration_seconds" || name == "scrape_samples_scraped";
    if (name.empty() || synthesized) continue;
    std::string text;
    if (!store.exposes(name)) {
      text = unknown_name(name, known);
    } else if (store.select(selector).empty()) {
      text = fmt::format(
          "the metric '{}' is exposed, but none of its series has the labels that "
          "the query wants",
          printable(name));
    }
    if (!text.empty() && std::ranges::find(texts, text) == texts.end()) texts.push_back(text);
  }
  return texts;
}

}  // namespace canarygate::scrape
