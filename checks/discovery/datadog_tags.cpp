#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checks/discovery/question.h"
#include "checks/discovery/reply.h"
#include "checks/discovery/source.h"
#include "checks/http/datadog.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Texts = std::vector<std::string>;

constexpr std::size_t kPage = 1000;  // the most that Datadog gives at once
constexpr std::size_t kMostPages = 100;

/// A host of Datadog's infrastructure list. Names and tags in lower case, as in its metrics.
struct ListedHost {
  std::uint64_t id = 0;
  std::string name;
  std::set<std::string> tags;
  bool up = true;
  bool muted = false;
};

struct Page {
  std::vector<ListedHost> hosts;
  std::uint64_t matching = 0;  ///< in all pages together
  bool exact = true;           ///< that number is not an estimate
};

bool flag(const ReplyReader& reader, ReplyReader::Element parent, const char* name, bool absent) {
  const auto value = reader.field(parent, name);
  bool set = absent;
  return value && value->get(set) == simdjson::SUCCESS ? set : absent;
}

std::uint64_t number(const ReplyReader& reader, ReplyReader::Element parent, const char* name) {
  const auto value = reader.field(parent, name);
  std::uint64_t read = 0;
  return value && value->get(read) == simdjson::SUCCESS ? read : 0;
}

ListedHost read_host(ReplyReader& reader, ReplyReader::Element entry) {
  ListedHost host;
  host.id = number(reader, entry, "id");
  host.name = to_lower(reader.text(entry, "name"));
  host.up = flag(reader, entry, "up", true);
  host.muted = flag(reader, entry, "is_muted", false);
  simdjson::dom::object sources;
  const auto by_source = reader.field(entry, "tags_by_source");
  if (!by_source || by_source->get(sources) != simdjson::SUCCESS) return host;
  for (const auto& source : sources) {
    const std::string name(source.key);
    for (const std::string& tag : reader.texts(*by_source, name.c_str())) {
      host.tags.insert(to_lower(tag));
    }
  }
  return host;
}

/// The error is what is wrong with the reply.
Result<Page, std::string> parse_page(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not complete JSON"));
  }
  ReplyReader reader;
  reader.enter("the reply");
  if (!reader.field(document, "host_list") || !reader.field(document, "total_matching")) {
    const std::string errors = datadog::errors_in(json);
    return unexpected(errors.empty() ? "it has no 'host_list' and 'total_matching'" : errors);
  }
  Page page;
  page.matching = number(reader, document, "total_matching");
  page.exact = flag(reader, document, "exact_total_matching", true);
  for (const auto& entry : reader.list(document, "host_list")) {
    reader.enter(fmt::format("host {}", page.hosts.size() + 1));
    page.hosts.push_back(read_host(reader, entry));
  }
  if (!reader.complaint().empty()) return unexpected(reader.complaint());
  return page;
}

/// `tag 'a' and tag 'b'`
std::string describe_tags(const Texts& tags) {
  Texts parts;
  for (const std::string& tag : tags) parts.push_back("tag '" + printable(tag) + "'");
  return join(parts, " and ");
}

/// Datadog's filter finds more than hosts with a tag (a part of a name, an alias), and takes one
/// text: it only keeps the answer small. The conditions are looked at here.
class DatadogTags : public DiscoverySource {
 public:
  DatadogTags(Config connection, std::string url, const Ports& ports)
      : connection_(std::move(connection)),
        ports_(ports),
        url_(std::move(url)),
        server_("Datadog at " + host_of(url_)) {}

  Result<Found> find(const Config& selection, Duration patience) override {
    const Texts scope = selection.get<Texts>("scope");
    const Texts tags = selection.get<Texts>("tags");
    if (scope.empty() && tags.empty()) {
      return fail(ErrorKind::definition,
                  "datadog_tags needs `tags` or `scope`: without them it would be every host that "
                  "Datadog knows; put what canary and baseline share into `scope`");
    }
    const std::string filter = to_lower(scope.empty() ? tags.front() : scope.front());
    auto known = answers_.find(filter);
    if (known == answers_.end()) {
      auto hosts = ask(filter, patience);
      if (!hosts) return unexpected(hosts.error());
      known = answers_.emplace(filter, std::move(*hosts)).first;
    }
    return select(known->second, filter, selection);
  }

  Result<Greeting> greet(Duration patience) override {
    const auto headers = datadog::key_headers(connection_, ports_);
    if (!headers) return unexpected(headers.error());
    // No host is called so: the shortest answer there is.
    const auto page = ask_page("canarygate-doctor", 0, *headers, patience);
    if (!page) return unexpected(page.error());
    return Greeting{"lists hosts"};
  }

 private:
  Result<std::vector<ListedHost>> ask(const std::string& filter, Duration patience) {
    const auto headers = datadog::key_headers(connection_, ports_);
    if (!headers) return unexpected(headers.error());
    const Duration deadline = ports_.clock.elapsed() + patience;
    std::vector<ListedHost> hosts;
    std::set<std::pair<std::uint64_t, std::string>> seen;  // hosts move between pages
    std::size_t start = 0;
    for (std::size_t page_number = 0; page_number < kMostPages; ++page_number) {
      auto page = ask_page(filter, start, *headers,
                           std::max(Duration(0), deadline - ports_.clock.elapsed()));
      if (!page) return unexpected(page.error());
      start += page->hosts.size();
      for (ListedHost& host : page->hosts) {
        if (seen.emplace(host.id, host.name).second) hosts.push_back(std::move(host));
      }
      const bool last = page->exact ? seen.size() >= page->matching : page->hosts.empty();
      if (last) return hosts;
      if (page->hosts.empty()) {
        return fail(
            ErrorKind::discovery,
            fmt::format("{} says that {} match the filter '{}' and listed {} of them; the "
                        "list changed meanwhile, or is cut short: try again",
                        server_, count_of(page->matching, "host"), printable(filter), seen.size()));
      }
    }
    return fail(ErrorKind::discovery,
                fmt::format("{} lists more than {} hosts for the filter '{}'; put a tag that fewer "
                            "have first",
                            server_, kMostPages * kPage, printable(filter)));
  }

  Result<Page> ask_page(const std::string& filter, std::size_t start, Headers headers,
                        Duration patience) {
    const std::string path = "api/v1/hosts?" + form_encode({{"filter", filter},
                                                            {"start", std::to_string(start)},
                                                            {"count", std::to_string(kPage)}});
    Config connection = connection_;
    connection.set("headers", std::map<std::string, TextOrSecret>{});  // in `headers` already
    auto response =
        ask_server(connection, join_url(url_, path), std::move(headers), ports_, patience);
    if (!response) return unexpected(response.error());
    if (response->status != 200 || is_web_page(*response)) {
      return fail(ErrorKind::discovery,
                  datadog::explain_refusal(
                      *response, {server_, "hosts_read", "the filter '" + printable(filter) + "'"},
                      connection_, ports_.clock.now()));
    }
    auto page = parse_page(response->body);
    if (!page) {
      return fail(
          ErrorKind::discovery,
          fmt::format("{} did not answer with its hosts: {}. Check `site` or `url` and what "
                      "stands in between",
                      server_, page.error()));
    }
    return std::move(*page);
  }

  [[nodiscard]] Found select(const std::vector<ListedHost>& hosts, const std::string& filter,
                             const Config& selection) const {
    Texts wanted = selection.get<Texts>("scope");
    for (const std::string& tag : selection.get<Texts>("tags")) wanted.push_back(tag);
    const Texts unwanted = selection.get<Texts>("not_tags");
    Found found;
    Texts silent;
    Texts muted;
    std::size_t nameless = 0;
    for (const ListedHost& host : hosts) {
      const auto has = [&](const std::string& tag) { return host.tags.contains(to_lower(tag)); };
      if (!std::ranges::all_of(wanted, has) || std::ranges::any_of(unwanted, has)) continue;
      if (host.name.empty()) {
        ++nameless;
      } else if (!host.up) {
        silent.push_back(printable(host.name));
      } else {
        if (host.muted) muted.push_back(printable(host.name));
        found.hosts.push_back({host.name, labels_of(host)});
      }
    }
    std::ranges::sort(silent);
    std::ranges::sort(muted);
    if (!silent.empty()) {
      found.warnings.push_back(fmt::format("left out {} that Datadog gets no metrics from: {}",
                                           count_of(silent.size(), "host"), list_of(silent)));
    }
    if (!muted.empty()) {
      found.warnings.push_back(
          fmt::format("{} muted in Datadog and judged all the same: {}",
                      muted.size() == 1 ? "1 host is" : fmt::format("{} hosts are", muted.size()),
                      list_of(muted)));
    }
    if (nameless > 0) {
      found.warnings.push_back(
          fmt::format("left out {} without a name", count_of(nameless, "host")));
    }
    if (found.hosts.empty()) {
      found.why_nobody = why_nobody(hosts, filter, describe_tags(wanted), unwanted, silent);
    }
    return found;
  }

  /// The tags `key:value`; of several values the first in the alphabet.
  static std::map<std::string, std::string> labels_of(const ListedHost& host) {
    std::map<std::string, std::string> labels;
    for (const std::string& tag : host.tags) {
      const std::size_t colon = tag.find(':');
      if (colon != std::string::npos) labels.emplace(tag.substr(0, colon), tag.substr(colon + 1));
    }
    return labels;
  }

  [[nodiscard]] std::string why_nobody(const std::vector<ListedHost>& hosts,
                                       const std::string& filter, const std::string& wanted,
                                       const Texts& unwanted, const Texts& silent) const {
    if (hosts.empty()) {
      return fmt::format(
          "{} lists no host for the filter '{}': the tag is misspelt, or no host that "
          "carries it has reported in the last hours",
          server_, printable(filter));
    }
    const std::string without = unwanted.empty() ? "" : " and without " + describe_tags(unwanted);
    if (!silent.empty()) {
      return fmt::format("{} gets no metrics from any host with {}{}: {}", server_, wanted, without,
                         list_of(silent));
    }
    return fmt::format("{} lists {} for the filter '{}', but none with {}{}", server_,
                       count_of(hosts.size(), "host"), printable(filter), wanted, without);
  }

  Config connection_;
  Ports ports_;
  std::string url_;
  std::string server_;
  std::map<std::string, std::vector<ListedHost>> answers_;  ///< by filter
};

Result<std::unique_ptr<DiscoverySource>> make(const Config& connection, const Ports& ports) {
  if (!connection.has("api_key") || !connection.has("app_key")) {
    return fail(ErrorKind::definition,
                "datadog_tags has no keys to ask with; give `api_key` and `app_key` under "
                "`discovery: {datadog_tags: …}` in the environment");
  }
  auto url = datadog::base_url(connection);
  if (!url) return unexpected(url.error());
  return std::unique_ptr<DiscoverySource>(
      std::make_unique<DatadogTags>(connection, std::move(*url), ports));
}

}  // namespace

SourceType datadog_tags_source() {
  return {"datadog_tags",
          "hosts by their tags, from Datadog's infrastructure list",
          datadog::connection_keys(),
          {
              {"scope", KeyKind::text_list, false, "tags that canary and baseline share"},
              {"tags", KeyKind::text_list, false, "a host has all of these"},
              {"not_tags", KeyKind::text_list, false, "a host has none of these"},
              {"as", KeyKind::choice, false, "what to call a host: its name in Datadog", {"node"}},
          },
          {"tags", "not_tags"},
          make};
}

}  // namespace canarygate
