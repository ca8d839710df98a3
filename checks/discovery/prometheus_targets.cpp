#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "checks/discovery/question.h"
#include "checks/discovery/reply.h"
#include "checks/discovery/source.h"
#include "checks/discovery/targets.h"
#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate {

namespace {

struct ActiveTarget {
  std::map<std::string, std::string> labels;
  std::string health;  ///< up, down, or unknown before the first scrape
  std::string last_error;
};

/// The error is what is wrong with the reply.
Result<std::vector<ActiveTarget>, std::string> parse_targets(const std::string& json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(json).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not complete JSON"));
  }
  ReplyReader reader;
  reader.enter("the reply");
  if (reader.text(document, "status") != "success") {
    return unexpected(
        fmt::format("its status is not success: {}", excerpt(reader.text(document, "error"))));
  }
  const auto data = reader.field(document, "data");
  if (!data || !reader.field(*data, "activeTargets")) {
    return unexpected(std::string("it has no 'data.activeTargets'"));
  }
  std::vector<ActiveTarget> targets;
  for (const auto& entry : reader.list(*data, "activeTargets")) {
    reader.enter(fmt::format("target {}", targets.size() + 1));
    targets.push_back({reader.text_map(entry, "labels"), reader.text(entry, "health"),
                       reader.text(entry, "lastError")});
  }
  if (!reader.complaint().empty()) return unexpected(reader.complaint());
  return targets;
}

/// What a Prometheus scrapes: the hosts are then spelled as its series spell them.
class PrometheusTargets : public DiscoverySource {
 public:
  PrometheusTargets(Config connection, const Ports& ports)
      : connection_(std::move(connection)),
        ports_(ports),
        server_("Prometheus at " + host_of(connection_.get<std::string>("url"))) {}

  Result<Found> find(const Config& selection, Duration patience) override {
    if (!targets_) {
      auto targets = ask(patience);
      if (!targets) return unexpected(targets.error());
      targets_ = std::move(*targets);
    }
    return select(selection);
  }

  Result<Greeting> greet(Duration patience) override {
    const auto targets = ask(patience);
    if (!targets) return unexpected(targets.error());
    return Greeting{fmt::format("scrapes {}", count_of(targets->size(), "target"))};
  }

 private:
  Result<std::vector<ActiveTarget>> ask(Duration patience) {
    const std::string url =
        join_url(connection_.get<std::string>("url"), "api/v1/targets?state=active");
    auto response = ask_server(connection_, url, {}, ports_, patience);
    if (!response) return unexpected(response.error());
    if (response->status != 200) return fail(ErrorKind::discovery, refusal(*response));
    auto targets = parse_targets(response->body);
    if (!targets) {
      return fail(ErrorKind::discovery,
                  fmt::format("{} did not answer with its targets: {}; check that `url` is a "
                              "Prometheus and not a login page or a proxy. It said: {}",
                              server_, targets.error(), excerpt(response->body)));
    }
    return std::move(*targets);
  }

  [[nodiscard]] std::string refusal(const HttpResponse& response) const {
    const std::string said = excerpt(response.body);
    std::string next = "look at its log";
    if (response.status == 401 || response.status == 403) {
      const std::string sent = describe_credentials(connection_);
      next = "check " + (sent.empty() ? "`auth` (none is configured)" : sent);
    } else if (response.status < 500) {
      next = "check that `url` is a Prometheus that serves /api/v1/targets";
    }
    return fmt::format("{} answered {}{}{}; {}", server_, response.status, said.empty() ? "" : ": ",
                       said, next);
  }

  [[nodiscard]] Found select(const Config& selection) const {
    const auto job = selection.get<std::string>("job");
    const auto labels = selection.get<std::map<std::string, std::string>>("labels");
    Found found;
    std::vector<std::string> down;
    std::vector<std::map<std::string, std::string>> of_job;
    std::size_t nameless = 0;
    for (const ActiveTarget& target : *targets_) {
      if (!has_labels(target.labels, {{"job", job}})) continue;
      of_job.push_back(target.labels);
      if (!has_labels(target.labels, labels)) continue;
      const auto instance = target.labels.find("instance");
      const std::string name = target_name(instance == target.labels.end() ? "" : instance->second,
                                           target.labels, selection.get<std::string>("as"));
      if (name.empty()) {
        ++nameless;
      } else if (target.health == "down") {
        down.push_back(fmt::format("{} ({})", printable(name), excerpt(target.last_error)));
      } else {
        found.hosts.push_back({name, target.labels});
      }
    }
    std::ranges::sort(down);
    if (!down.empty()) {
      found.warnings.push_back(fmt::format("left out {} that Prometheus cannot scrape: {}",
                                           count_of(down.size(), "target"), list_of(down)));
    }
    if (nameless > 0) {
      found.warnings.push_back(
          fmt::format("left out {} without the label that names it", count_of(nameless, "target")));
    }
    if (found.hosts.empty()) found.why_nobody = why_nobody(job, labels, of_job, down);
    return found;
  }

  [[nodiscard]] std::string why_nobody(
      const std::string& job, const std::map<std::string, std::string>& labels,
      const std::vector<std::map<std::string, std::string>>& of_job,
      const std::vector<std::string>& down) const {
    if (of_job.empty()) {
      std::vector<std::map<std::string, std::string>> all;
      for (const ActiveTarget& target : *targets_) all.push_back(target.labels);
      return fmt::format("{} has no active target of job '{}'; {}", server_, printable(job),
                         describe_values(all, {{"job", job}}));
    }
    if (!down.empty()) {
      return fmt::format("{} cannot scrape the targets that match: {}", server_, list_of(down));
    }
    const std::string wanted = describe_labels(labels);
    return fmt::format("{} has {} of job '{}', but none with {}{}{}", server_,
                       count_of(of_job.size(), "active target"), printable(job),
                       wanted.empty() ? "a name" : wanted, wanted.empty() ? "" : "; ",
                       describe_values(of_job, labels));
  }

  Config connection_;
  Ports ports_;
  std::string server_;
  std::optional<std::vector<ActiveTarget>> targets_;
};

Result<std::unique_ptr<DiscoverySource>> make(const Config& connection, const Ports& ports) {
  if (!connection.has("url")) {
    return fail(ErrorKind::definition,
                "prometheus_targets has no server to ask; give its `url` under `discovery: "
                "{prometheus_targets: …}` in the environment");
  }
  return std::unique_ptr<DiscoverySource>(std::make_unique<PrometheusTargets>(connection, ports));
}

std::vector<Key> keys_of_connection() {
  std::vector<Key> keys = {{"url", KeyKind::url, true, "the Prometheus server"}};
  for (Key& key : server_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

SourceType prometheus_targets_source() {
  Key as = target_as_key();
  as.help =
      "what to call a host: its label `instance`, that without its port, or its label `node` "
      "(default address:port, the label as it is)";
  return {"prometheus_targets",
          "the targets that a Prometheus scrapes",
          keys_of_connection(),
          {
              {"job", KeyKind::text, true, "the value of the label `job`"},
              {"labels", KeyKind::text_map, false, "labels that a target has"},
              std::move(as),
          },
          {"labels"},
          make};
}

}  // namespace canarygate
