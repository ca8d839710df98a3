#include "cli/init/prometheus.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_set>

#include "checks/address.h"
#include "checks/definition/variables.h"
#include "checks/duration.h"
#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/http/web_page.h"
#include "checks/metrics/prometheus_reply.h"
#include "checks/text.h"

namespace canarygate::init {

namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;

constexpr Duration kPatience = 15s;
constexpr Duration kUsualInterval = 15s;
constexpr std::size_t kMostBody = 16U << 20U;
constexpr std::size_t kMostSeries = 20'000;
constexpr std::size_t kMostHosts = 100;      ///< whose numbers are looked at
constexpr std::size_t kMostProposals = 100;  ///< that are asked for
constexpr std::array<const char*, 7> kHostLabels = {
    "instance", "host", "hostname", "node", "nodename", "kubernetes_pod", "pod"};

std::string with_hosts(const std::string& text, const std::vector<std::string>& hosts,
                       Duration rate_window) {
  const VariableValues values{{"hosts", hosts}, {"rate_window", format_duration(rate_window)}};
  const auto rendered = render_query(text, values, QueryDialect::promql);
  return rendered ? *rendered : std::string();
}

std::string selector(const HostMatch& hosts, const std::vector<std::string>& names) {
  return with_hosts(fmt::format("{{{}=~\"{}\"}}", hosts.label, hosts.pattern), names,
                    kUsualInterval);
}

/// What is in `data`; discarded where the reply is none of Prometheus'.
Json data_of(const std::string& body) {
  Json reply = Json::parse(body, nullptr, false);
  if (!reply.is_object() || reply.value("status", Json()) != "success" || !reply.contains("data")) {
    return Json(Json::value_t::discarded);
  }
  return std::move(reply["data"]);
}

/// How many of the expected hosts have just one series with numbers.
std::size_t hosts_with_numbers(const Result<QueryAnswer>& answer,
                               const std::vector<std::string>& names) {
  if (!answer) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(names, [&](const std::string& name) {
    const auto own = [&](const Series& series) { return same_host(series.host, name); };
    const auto series = std::ranges::find_if(answer->series, own);
    return series != answer->series.end() && has_numbers(*series) &&
           std::ranges::count_if(answer->series, own) == 1;
  }));
}

}  // namespace

PrometheusSurvey::PrometheusSurvey(std::string url, const std::string& token_env,
                                   const Ports& ports)
    : url_(std::move(url)), server_(host_of(url_)), ports_(ports) {
  connection_.set("urls", std::vector<std::string>{url_});
  if (token_env.empty()) return;
  connection_.set("auth", Auth{Auth::Kind::bearer, "", {SecretRef::From::env, token_env}});
}

Status PrometheusSurvey::greet() {
  const auto backend = find_backend_type("prometheus")->make(connection_, ports_);
  if (!backend) return unexpected(backend.error());
  const auto seen = (*backend)->probe({ports_.clock.now(), kPatience, ""});
  if (!seen) return unexpected(seen.error());
  return Done{};
}

Result<std::string> PrometheusSurvey::get(const std::string& path) {
  const auto headers = request_headers(connection_, ports_);
  if (!headers) return unexpected(headers.error());
  HttpRequest request;
  request.url = join_url(url_, path);
  complete(request, connection_, *headers);
  request.max_body = kMostBody;
  auto answers = ports_.http.send_all(std::array{request}, kPatience);
  auto& answer = answers.front();
  if (!answer) return unexpected(answer.error());
  if (answer->status != 200 || is_web_page(*answer)) {
    return unexpected(prometheus::explain_refusal(
        *answer, {server_, path.substr(0, path.find('?')), describe_credentials(connection_)}));
  }
  return std::move(answer->body);
}

Result<std::vector<std::string>> PrometheusSurvey::values_of(const std::string& label) {
  const double now = to_unix_seconds(ports_.clock.now());
  const auto body = get(fmt::format("api/v1/label/{}/values?", label) +
                        form_encode({{"start", fmt::format("{:.0f}", now - 3600)},
                                     {"end", fmt::format("{:.0f}", now)}}));
  if (!body) return unexpected(body.error());
  std::vector<std::string> values;
  for (const Json& value : data_of(*body)) {
    if (value.is_string()) values.push_back(value.get<std::string>());
  }
  return values;
}

Result<Match> PrometheusSurvey::match(const std::vector<Naming>& namings) {
  Match best;
  for (const char* label : kHostLabels) {
    const auto values = values_of(label);
    if (!values) return unexpected(values.error());
    std::unordered_set<std::string> whole(values->begin(), values->end());
    std::unordered_set<std::string> bare;
    for (const std::string& value : *values) {
      if (names_port(value)) bare.insert(without_port(value));
    }
    for (const Naming& naming : namings) {
      for (const bool with_port : {false, true}) {
        const auto& known = with_port ? bare : whole;
        Match found{naming.as, {label, with_port ? "({{hosts}}):[0-9]+" : "{{hosts}}"}, {}, 0};
        for (const auto* group : {&naming.canary, &naming.baseline}) {
          for (const std::string& name : *group) {
            if (known.contains(name)) {
              found.names.push_back(name);
            } else {
              ++found.unseen;
            }
          }
        }
        if (found.names.size() > best.names.size()) best = std::move(found);
      }
    }
  }
  if (!best.names.empty()) return best;
  return fail(
      ErrorKind::backend,
      fmt::format("{} has no series of these hosts in the last hour under the labels {}; name "
                  "the label that has them in `host_label`",
                  server_,
                  list_of(std::vector<std::string>(kHostLabels.begin(), kHostLabels.end()),
                          kHostLabels.size())));
}

Duration PrometheusSurvey::scrape_interval(const Match& match) {
  const auto body =
      get("api/v1/query?" +
          form_encode({{"query", "up" + selector(match.hosts, {match.names.front()}) + "[10m]"}}));
  if (!body) return kUsualInterval;
  const Json data = data_of(*body);
  std::vector<double> gaps;
  if (!data.is_object() || !data.contains("result") || data["result"].empty())
    return kUsualInterval;
  const Json& samples = data["result"][0].value("values", Json::array());
  for (std::size_t i = 1; i < samples.size(); ++i) {
    if (!samples[i].is_array() || !samples[i][0].is_number()) return kUsualInterval;
    gaps.push_back(samples[i][0].get<double>() - samples[i - 1][0].get<double>());
  }
  if (gaps.empty()) return kUsualInterval;
  std::ranges::sort(gaps);
  const double seconds = gaps[gaps.size() / 2];
  for (const Duration usual : {Duration(15s), Duration(30s), Duration(60s), Duration(120s)}) {
    if (seconds <= std::chrono::duration<double>(usual).count() * 1.05) return usual;
  }
  return 5min;
}

Result<Exposed> PrometheusSurvey::exposed(const Match& match) {
  const std::vector<std::string> two = {match.names.front(), match.names.back()};
  const double now = to_unix_seconds(ports_.clock.now());
  const auto body = get("api/v1/series?" + form_encode({{"match[]", selector(match.hosts, two)},
                                                        {"start", fmt::format("{:.0f}", now - 600)},
                                                        {"end", fmt::format("{:.0f}", now)},
                                                        {"limit", std::to_string(kMostSeries)}}));
  if (!body) return unexpected(body.error());
  Exposed exposed;
  for (const Json& series : data_of(*body)) {
    if (!series.is_object() || !series.contains("__name__")) continue;
    auto& labels = exposed[series["__name__"].get<std::string>()];
    for (const auto& [label, value] : series.items()) {
      if (value.is_string()) labels[label].insert(value.get<std::string>());
    }
  }
  return exposed;
}

Proven PrometheusSurvey::prove(const std::vector<ProposedMetric>& proposed, const Match& match,
                               Duration scrape_interval) {
  Config config = connection_;
  config.set("scrape_interval", scrape_interval);
  const auto backend = find_backend_type("prometheus")->make(config, ports_);
  if (!backend) return {};
  std::vector<std::string> names = match.names;
  names.resize(std::min(names.size(), kMostHosts));
  const std::size_t count = std::min(proposed.size(), kMostProposals);

  const Duration step = std::max(kUsualInterval, scrape_interval);
  const std::int64_t points = std::max<std::int64_t>(2, Duration(5min) / step);
  const auto end =
      TimePoint((ports_.clock.now() - (*backend)->settle()).time_since_epoch() / step * step);
  std::vector<RangeQuery> queries;
  const auto add = [&](const std::string& text) {
    queries.push_back({with_hosts(text, names, std::max(step, 4 * scrape_interval)),
                       {end - points * step, step, points},
                       match.hosts.label});
  };
  for (std::size_t i = 0; i < count; ++i) {
    if (!proposed[i].query.empty()) {
      add(proposed[i].query);
    } else {
      add(proposed[i].errors);
      add(proposed[i].total);
    }
  }
  const auto answers = (*backend)->fetch(queries, 2 * kPatience);

  Proven proven;
  std::map<std::string, std::size_t> taken;
  std::size_t next = 0;
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t seen = hosts_with_numbers(answers[next++], names);
    if (proposed[i].query.empty())
      seen = std::min(seen, hosts_with_numbers(answers[next++], names));
    if (taken[proposed[i].kind] >= most_of(proposed[i].kind)) continue;
    if (seen == names.size()) {
      ++taken[proposed[i].kind];
      proven.good.push_back(proposed[i]);
    } else {
      proven.left_out.push_back(fmt::format("{}: numbers for {} of {}",
                                            printable(proposed[i].source), seen,
                                            count_of(names.size(), "host")));
    }
  }
  return proven;
}

}  // namespace canarygate::init
