#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "checks/discovery/consul_reply.h"
#include "checks/discovery/question.h"
#include "checks/discovery/source.h"
#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// Asks for all instances of a service and narrows them down here. What any_tags and not_tags mean
/// has no server parameter; both groups come out of one answer; and an instance that is left out
/// for its health can be named.
class ConsulSource : public DiscoverySource {
 public:
  ConsulSource(Config connection, const Ports& ports)
      : connection_(std::move(connection)),
        ports_(ports),
        base_(connection_.get<std::string>("url", "http://127.0.0.1:8500")),
        server_("Consul at " + host_of(base_)) {}

  Result<Found> find(const Config& selection, Duration patience) override {
    const std::string path = path_of(selection);
    auto known = answers_.find(path);
    if (known == answers_.end()) {
      auto answer = ask(path, selection, patience);
      if (!answer) return unexpected(answer.error());
      known = answers_.emplace(path, std::move(*answer)).first;
    }
    Found found = select_consul_hosts(known->second.instances, selection);
    for (const std::string& warning : known->second.warnings) found.warnings.push_back(warning);
    if (found.hosts.empty()) found.why_nobody = why_nobody(known->second.instances, selection);
    return found;
  }

  /// The list of services leaves out what the token may not read, as the list of instances does.
  Result<Greeting> greet(Duration patience) override {
    const auto response = get("v1/catalog/services" + parameters_of({}), {}, patience);
    if (!response) return unexpected(response.error());
    const auto services = parse_consul_services(response->body);
    if (!services) return no_consul(services.error(), response->body);
    Greeting greeting{fmt::format("lists {}", count_of(services->size(), "service"))};
    if (services->empty()) {
      greeting.doubt =
          connection_.has("token")
              ? fmt::format(
                    "{} lists no service: the token (from {}) may read none; it must allow "
                    "`service:read` and `node:read`",
                    server_, describe_secret(connection_.get<SecretRef>("token")))
              : server_ +
                    " lists no service: none may be read without a token; give the "
                    "connection a `token`";
    }
    return greeting;
  }

 private:
  struct Answer {
    std::vector<ConsulInstance> instances;
    std::vector<std::string> warnings;
  };

  /// A key of the selection, else of the environment's connection.
  [[nodiscard]] std::string setting(const Config& selection, const std::string& key) const {
    return selection.get<std::string>(key, connection_.get<std::string>(key));
  }

  [[nodiscard]] std::string path_of(const Config& selection) const {
    return "v1/health/service/" + percent_encode(selection.get<std::string>("service")) +
           parameters_of(selection);
  }

  [[nodiscard]] std::string parameters_of(const Config& selection) const {
    Parameters parameters;
    const auto add = [&](const char* parameter, const std::string& value) {
      if (!value.empty()) parameters.emplace_back(parameter, value);
    };
    add("dc", setting(selection, "datacenter"));
    add("ns", setting(selection, "namespace"));
    add("partition", setting(selection, "partition"));
    add("filter", selection.get<std::string>("filter"));
    if (is_stale(selection)) add("stale", "1");
    const std::string query = form_encode(parameters);
    return query.empty() ? "" : "?" + query;
  }

  [[nodiscard]] bool is_stale(const Config& selection) const {
    return selection.get<bool>("stale", connection_.get<bool>("stale"));
  }

  /// The answer, of status 200.
  Result<HttpResponse> get(const std::string& path, const Config& selection, Duration patience) {
    std::vector<std::pair<std::string, std::string>> headers;
    if (connection_.has("token")) {
      auto token = resolve_secret(connection_.get<SecretRef>("token"), ports_);
      if (!token) return unexpected(token.error());
      headers.emplace_back("X-Consul-Token", std::move(*token));
    }
    auto response =
        ask_server(connection_, join_url(base_, path), std::move(headers), ports_, patience);
    if (response && response->status != 200) {
      return fail(ErrorKind::discovery, refusal(*response, selection));
    }
    return response;
  }

  [[nodiscard]] Unexpected<Error> no_consul(const std::string& why, const std::string& body) const {
    return fail(ErrorKind::discovery,
                fmt::format("{} did not answer as Consul does: {}; check that `url` is a Consul "
                            "agent and not a login page or a proxy. It said: {}",
                            server_, why, excerpt(body)));
  }

  Result<Answer> ask(const std::string& path, const Config& selection, Duration patience) {
    const auto response = get(path, selection, patience);
    if (!response) return unexpected(response.error());
    auto instances = parse_consul_instances(response->body);
    if (!instances) return no_consul(instances.error(), response->body);
    if (const std::string problem = partition_problem(*instances, selection); !problem.empty()) {
      return fail(ErrorKind::discovery, problem);
    }
    Answer answer{std::move(*instances), {}};
    if (response->header("x-consul-knownleader") == "false") {
      answer.warnings.push_back(
          server_ + " answered without a cluster leader (`stale`): its list may be out of date");
    }
    return answer;
  }

  /// Older servers and those without Enterprise ignore the parameter and list everybody.
  [[nodiscard]] std::string partition_problem(const std::vector<ConsulInstance>& instances,
                                              const Config& selection) const {
    const std::string wanted = setting(selection, "partition");
    if (wanted.empty()) return {};
    const bool kept = std::ranges::all_of(instances, [&](const ConsulInstance& instance) {
      return instance.partition == wanted || (instance.partition.empty() && wanted == "default");
    });
    if (kept) return {};
    return fmt::format(
        "{} listed instances outside of partition '{}': this server does not know partitions; "
        "remove `partition`",
        server_, printable(wanted));
  }

  [[nodiscard]] std::string refusal(const HttpResponse& response, const Config& selection) const {
    const std::string said = excerpt(response.body);
    return fmt::format("{} answered {}{}{}; {}", server_, response.status, said.empty() ? "" : ": ",
                       said, next_step(response, selection));
  }

  [[nodiscard]] std::string next_step(const HttpResponse& response, const Config& selection) const {
    const auto says = [&](const char* text) {
      return response.body.find(text) != std::string::npos;
    };
    const std::string token =
        connection_.has("token")
            ? "`token` (" + describe_secret(connection_.get<SecretRef>("token")) + ")"
            : "`token` (none is configured)";
    if (says("ACL not found")) {
      return fmt::format("it does not know the token it was sent: check {}", token);
    }
    if (response.status == 401 || response.status == 403) {
      return fmt::format("check {}: it must allow `service:read` and `node:read`", token);
    }
    if (says("No cluster leader")) {
      return "its servers have not elected one: look at `consul operator raft list-peers`, or ask "
             "another agent";
    }
    if (says("No path to datacenter") || says("Unknown datacenter")) {
      return fmt::format("check `datacenter` ('{}')", printable(setting(selection, "datacenter")));
    }
    if (says("boolean expression")) {
      return fmt::format("check `filter` ('{}')", printable(selection.get<std::string>("filter")));
    }
    if (response.status == 404) return "check that `url` is a Consul agent";
    if (response.status == 429) return "it limits requests: try again later";
    if (response.status >= 500) return "look at the agent's log";
    return "check the selection's and the connection's keys";
  }

  [[nodiscard]] std::string why_nobody(const std::vector<ConsulInstance>& instances,
                                       const Config& selection) const {
    const std::string service = printable(selection.get<std::string>("service"));
    if (instances.empty()) {
      const std::string filter = printable(selection.get<std::string>("filter"));
      return fmt::format(
          "{} lists no instance of service '{}'{}. Either {}, or {}: Consul answers both with an "
          "empty list",
          server_, service, filter.empty() ? "" : " under the filter '" + filter + "'",
          filter.empty() ? "the service is misspelt" : "the service or the filter is wrong",
          connection_.has("token")
              ? fmt::format("the token (from {}) may not read it",
                            describe_secret(connection_.get<SecretRef>("token")))
              : "it may not be read without a token (none is configured)");
    }
    std::vector<std::string> conditions;
    if (selection.get<bool>("passing", true)) conditions.emplace_back("is passing");
    const std::string wanted = describe_consul_conditions(selection);
    if (!wanted.empty()) conditions.push_back("has " + wanted);
    if (conditions.empty()) conditions.emplace_back("has a name");
    std::set<std::string> tags;
    for (const ConsulInstance& instance : instances) {
      for (const std::string& tag : instance.tags) tags.insert(printable(tag));
    }
    return fmt::format("{} lists {} of service '{}', but none that {}; the tags there are: {}",
                       server_, count_of(instances.size(), "instance"), service,
                       join(conditions, " and "),
                       list_of(std::vector<std::string>(tags.begin(), tags.end()), 10));
  }

  Config connection_;
  Ports ports_;
  std::string base_;
  std::string server_;
  std::map<std::string, Answer> answers_;  ///< by path
};

Result<std::unique_ptr<DiscoverySource>> make(const Config& connection, const Ports& ports) {
  return std::unique_ptr<DiscoverySource>(std::make_unique<ConsulSource>(connection, ports));
}

std::vector<Key> keys_of_connection() {
  std::vector<Key> keys = {
      {"url", KeyKind::url, false, "an agent or server (default http://127.0.0.1:8500)"},
      {"token", KeyKind::secret, false, "ACL token with service:read and node:read"},
      {"datacenter", KeyKind::text, false, "default: the agent's own"},
      {"namespace", KeyKind::text, false, "Consul Enterprise"},
      {"partition", KeyKind::text, false, "Consul Enterprise"},
      {"stale", KeyKind::boolean, false, "any server may answer, not only the leader"},
  };
  for (Key& key : server_keys()) keys.push_back(std::move(key));
  return keys;
}

}  // namespace

SourceType consul_source() {
  return {"consul",
          "service instances from Consul's health API",
          keys_of_connection(),
          {
              {"service", KeyKind::text, true, "the service's name"},
              {"tags", KeyKind::text_list, false, "an instance has all of these"},
              {"any_tags", KeyKind::text_list, false, "an instance has at least one of these"},
              {"not_tags", KeyKind::text_list, false, "an instance has none of these"},
              {"node_meta", KeyKind::text_map, false, "metadata that the instance's node has"},
              {"datacenter", KeyKind::text, false, "instead of the connection's"},
              {"filter", KeyKind::text, false, "an expression in Consul's filter language"},
              {"namespace", KeyKind::text, false, "instead of the connection's"},
              {"partition", KeyKind::text, false, "instead of the connection's"},
              {"stale", KeyKind::boolean, false, "instead of the connection's"},
              {"passing", KeyKind::boolean, false,
               "only instances all of whose checks pass (default true)"},
              {"as",
               KeyKind::choice,
               false,
               "what to call a host (default address:port)",
               {"address:port", "address", "node"}},
          },
          {"tags", "any_tags", "not_tags"},
          make};
}

}  // namespace canarygate
