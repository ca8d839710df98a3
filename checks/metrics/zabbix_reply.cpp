#include "checks/metrics/zabbix_reply.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <limits>
#include <string_view>

#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::zabbix {

namespace {

using simdjson::dom::element;

std::string text_of(element parent, const char* name) {
  std::string_view text;
  return parent[name].get(text) == simdjson::SUCCESS ? std::string(text) : "";
}

std::string shown(std::string_view text, std::size_t limit = 300) {
  return printable(shorten(trim(text), limit));
}

/// Calls `take` for each object of the list `result`; its answer is what is wrong with one.
template <typename T, typename Take>
Result<std::vector<T>, std::string> parse_list(const std::string& body, Take take) {
  simdjson::dom::parser parser;
  element document;
  simdjson::dom::array list;
  if (parser.parse(body).get(document) != simdjson::SUCCESS ||
      document["result"].get(list) != simdjson::SUCCESS) {
    return unexpected(std::string("its 'result' is no list"));
  }
  std::vector<T> all;
  for (const element entry : list) {
    std::string problem = take(entry, all.emplace_back());
    if (!problem.empty()) return unexpected(std::move(problem));
  }
  return all;
}

Error error(std::string text, bool transient = false) {
  return {ErrorKind::backend, std::move(text), transient};
}

bool is_about_credentials(const std::string& said) {
  const std::string text = to_lower(said);
  for (const char* words : {"not authori", "re-login", "session terminated", "api token"}) {
    if (text.find(words) != std::string::npos) return true;
  }
  return false;
}

Error api_error(element found, const Asked& asked) {
  std::int64_t code = 0;
  if (found["code"].get(code) != simdjson::SUCCESS) code = 0;
  const std::string data = text_of(found, "data");
  const std::string said =
      fmt::format("{}: {} {}", code, shown(text_of(found, "message"), 100), shown(data));
  if (asked.method == "user.login" || is_about_credentials(data)) {
    return error(fmt::format("{} does not let canarygate in ({}); check {}", asked.host, said,
                             asked.credentials));
  }
  return error(fmt::format("{} refuses {} ({}); check the query and what the user may read",
                           asked.host, asked.method, said));
}

}  // namespace

Status refusal_in(const HttpResponse& response, const Asked& asked) {
  if (response.status == 412) {
    return unexpected(
        error(fmt::format("{} refuses the Content-Type (412); something in front of "
                          "the server changes it",
                          asked.host)));
  }
  if (response.status >= 500) {
    return unexpected(error(fmt::format("{} could not answer {} (status {}): {}", asked.host,
                                        asked.method, response.status, shown(response.body)),
                            true));
  }
  if (response.status == 401 || response.status == 403) {
    return unexpected(
        error(fmt::format("{} does not let canarygate in (status {}); check {} and "
                          "what stands in front of the server",
                          asked.host, response.status, asked.credentials)));
  }
  simdjson::dom::parser parser;
  element document;
  element found;
  if (response.status != 200 || parser.parse(response.body).get(document) != simdjson::SUCCESS ||
      !document.is_object()) {
    return unexpected(
        error(fmt::format("{} has no Zabbix API at this url (status {}); `url` is the "
                          "frontend's, such as https://example.com/zabbix",
                          asked.host, response.status)));
  }
  if (document["error"].get(found) == simdjson::SUCCESS) {
    return unexpected(api_error(found, asked));
  }
  if (document["result"].get(found) != simdjson::SUCCESS) {
    return unexpected(error(fmt::format("{} answered {} with neither result nor error; check `url`",
                                        asked.host, asked.method)));
  }
  return Done{};
}

Result<std::string, std::string> parse_text(const std::string& body) {
  simdjson::dom::parser parser;
  element document;
  std::string text;
  if (parser.parse(body).get(document) == simdjson::SUCCESS) text = text_of(document, "result");
  if (text.empty()) return unexpected(std::string("its 'result' is no text"));
  return text;
}

Result<std::vector<HostEntry>, std::string> parse_hosts(const std::string& body) {
  return parse_list<HostEntry>(body, [](element entry, HostEntry& host) -> std::string {
    host = {text_of(entry, "hostid"), text_of(entry, "host"), text_of(entry, "name")};
    return host.id.empty() ? "a host has no 'hostid'" : "";
  });
}

Result<std::vector<Item>, std::string> parse_items(const std::string& body) {
  return parse_list<Item>(body, [](element entry, Item& item) -> std::string {
    item.id = text_of(entry, "itemid");
    const auto type = parse_number<int>(text_of(entry, "value_type"));
    element host;
    if (item.id.empty() || !type || entry["hosts"].at(0).get(host) != simdjson::SUCCESS) {
      return "an item lacks 'itemid', 'value_type' or 'hosts'";
    }
    item.value_type = *type;
    item.host = text_of(host, "host");
    item.name = text_of(host, "name");
    return "";
  });
}

Result<std::vector<Sample>, std::string> parse_history(const std::string& body) {
  return parse_list<Sample>(body, [](element entry, Sample& sample) -> std::string {
    sample.item = text_of(entry, "itemid");
    const auto clock = parse_number<std::int64_t>(text_of(entry, "clock"));
    const auto fraction = parse_number<std::int64_t>(text_of(entry, "ns"));
    const std::string value = text_of(entry, "value");
    const auto number = parse_number<double>(value);
    if (!clock || !fraction || *fraction < 0 || *fraction >= 1'000'000'000 || !number) {
      return fmt::format("a sample of item '{}' cannot be read (its value is '{}')",
                         shown(sample.item, 40), shown(value, 40));
    }
    sample.clock = *clock;
    sample.nanoseconds = *fraction;
    sample.value = *number;
    return "";
  });
}

}  // namespace canarygate::zabbix
