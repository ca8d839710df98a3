#include "checks/metrics/zabbix.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "checks/metrics/probe.h"
#include "checks/metrics/zabbix_query.h"
#include "checks/metrics/zabbix_reply.h"
#include "checks/metrics/zabbix_session.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using namespace zabbix;
using nlohmann::json;

constexpr Duration kInterval = std::chrono::minutes(1);
// The server writes what it got every few seconds; a proxy passes it on every second.
constexpr Duration kSettle = std::chrono::seconds(30);
constexpr std::size_t kMostItems = 10'000;
constexpr std::size_t kItemsAtOnce = 100;
constexpr std::size_t kSamplesAtOnce = 20'000;

/// One query on its way.
struct Question {
  const RangeQuery* range = nullptr;
  Query query;
  std::string label;  // host or name
  std::vector<std::string> host_ids;
  std::map<std::string, std::pair<std::string, Buckets>> items;  // by id: the host, its samples
  std::map<int, std::vector<std::string>> ids;                   // of the items, by value type
  std::vector<std::string> warnings;
  std::optional<Error> error;
};

/// A stretch of history that is still to be read.
struct Job {
  Question* question = nullptr;
  int value_type = 0;
  std::vector<std::string> items;
  std::int64_t from = 0;  // seconds, inclusive
  std::int64_t till = 0;
};

std::int64_t floor_seconds(TimePoint time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

class Zabbix : public MetricsBackend {
 public:
  Zabbix(const Config& config, const Ports& ports) : ports_(ports), session_(config, ports) {}

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    deadline_ = ports_.clock.elapsed() + patience;
    std::vector<Question> questions;
    for (const RangeQuery& query : queries) questions.push_back(question_of(query));
    const bool any = std::ranges::any_of(questions, [](const Question& q) { return !q.error; });
    const Status open = any ? session_.open(patience) : Status(Done{});
    if (open) {
      find_hosts(questions);
      find_items(questions);
      read_history(questions);
    }
    std::vector<Result<QueryAnswer>> results;
    for (Question& question : questions) {
      if (!open && !question.error) question.error = open.error();
      results.push_back(finish(question));
    }
    return results;
  }

  [[nodiscard]] Result<std::string> probe(const Probe& probe) override {
    return probe_by_query(*this, "avg(agent.ping) on canarygate-doctor", probe);
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::none; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override { return kSettle; }
  [[nodiscard]] Duration scrape_interval() const override { return kInterval; }

 private:
  [[nodiscard]] Duration left() const { return deadline_ - ports_.clock.elapsed(); }

  [[nodiscard]] Question question_of(const RangeQuery& range) const {
    Question question;
    question.range = &range;
    question.label = range.host_label.empty() ? default_host_label() : range.host_label;
    const auto query = parse_query(range.text);
    const auto refuse = [&](const std::string& why) {
      question.error = Error{ErrorKind::definition,
                             fmt::format("Zabbix cannot be asked this query: {}: {}", why,
                                         printable(shorten(range.text, 300))),
                             false};
    };
    if (!query) {
      refuse(fmt::format("column {}: {}", query.error().column, query.error().text));
    } else if (question.label != "host" && question.label != "name") {
      refuse(
          fmt::format("`host_label` is '{}', but a host has only `host`, its technical name, "
                      "and `name`, its visible one",
                      printable(shorten(question.label, 60))));
    } else {
      question.query = *query;
    }
    return question;
  }

  /// Makes a call for each question that still wants one; `take` says what is wrong with an answer.
  template <typename Wants, typename Take>
  void ask(std::vector<Question>& questions, const std::string& method, Wants params_of,
           Take take) {
    std::vector<Call> calls;
    std::vector<Question*> asked;
    for (Question& question : questions) {
      const json params = question.error ? json() : params_of(question);
      if (params.is_null()) continue;
      calls.push_back({method, params.dump(-1, ' ', false, json::error_handler_t::replace)});
      asked.push_back(&question);
    }
    if (calls.empty()) return;
    const auto bodies = session_.call(calls, left());
    for (std::size_t i = 0; i < calls.size(); ++i) {
      if (!bodies[i]) {
        asked[i]->error = bodies[i].error();
        continue;
      }
      const std::string problem = take(*asked[i], *bodies[i]);
      if (!problem.empty() && !asked[i]->error) asked[i]->error = nonsense(method, problem);
    }
  }

  [[nodiscard]] Error nonsense(const std::string& method, const std::string& problem) const {
    return {
        ErrorKind::backend,
        fmt::format("{} did not answer {} as Zabbix does: {}", session_.host(), method, problem),
        false};
  }

  void find_hosts(std::vector<Question>& questions) {
    ask(
        questions, "host.get",
        [](const Question& question) -> json {
          if (question.query.hosts.empty()) return nullptr;
          return {{"output", {"hostid", "host", "name"}},
                  {"filter", {{question.label, question.query.hosts}}},
                  {"monitored_hosts", true}};
        },
        [](Question& question, const std::string& body) {
          const auto hosts = parse_hosts(body);
          if (!hosts) return hosts.error();
          std::vector<std::string> unknown = question.query.hosts;
          for (const HostEntry& host : *hosts) {
            question.host_ids.push_back(host.id);
            std::erase(unknown, question.label == "name" ? host.name : host.host);
          }
          if (!unknown.empty()) {
            question.warnings.push_back(
                fmt::format("Zabbix monitors no host that is called {}, or its user may not see it",
                            printable(list_of(unknown))));
          }
          return std::string();
        });
  }

  void find_items(std::vector<Question>& questions) {
    ask(
        questions, "item.get",
        [](const Question& question) -> json {
          if (!question.query.hosts.empty() && question.host_ids.empty()) return nullptr;
          json params = {{"output", {"itemid", "value_type"}},
                         {"filter", {{"key_", {question.query.key}}}},
                         {"selectHosts", {"host", "name"}},
                         {"monitored", true},
                         {"webitems", true},
                         {"limit", kMostItems + 1}};
          if (!question.host_ids.empty()) params["hostids"] = question.host_ids;
          return params;
        },
        [this](Question& question, const std::string& body) {
          const auto items = parse_items(body);
          if (!items) return items.error();
          return take_items(question, *items);
        });
  }

  std::string take_items(Question& question, const std::vector<Item>& items) const {
    const std::string key = printable(shorten(question.query.key, 100));
    if (items.size() > kMostItems) {
      question.error = Error{ErrorKind::backend,
                             fmt::format("{} has more than {} items '{}'; write `on {{{{hosts}}}}` "
                                         "after it",
                                         session_.host(), kMostItems, key),
                             false};
      return "";
    }
    for (const Item& item : items) {
      const std::string& host = question.label == "name" ? item.name : item.host;
      if (host.empty()) return fmt::format("item '{}' names no host", printable(item.id));
      if (item.value_type != 0 && item.value_type != 3) {
        question.error = Error{ErrorKind::backend,
                               fmt::format("item '{}' of {} holds text, no numbers", key,
                                           printable(shorten(host, 60))),
                               false};
        return "";
      }
      question.items.emplace(item.id, std::pair(host, Buckets(question.range->grid)));
      question.ids[item.value_type].push_back(item.id);
    }
    if (items.empty()) {
      question.warnings.push_back(fmt::format(
          "Zabbix has no enabled item '{}' on these hosts, or its user may not see it", key));
    }
    return "";
  }

  void read_history(std::vector<Question>& questions) {
    std::vector<Job> jobs;
    for (Question& question : questions) {
      if (question.error) continue;
      const Grid& grid = question.range->grid;
      for (const auto& [type, ids] : question.ids) {
        for (std::size_t first = 0; first < ids.size(); first += kItemsAtOnce) {
          const auto begin = ids.begin() + static_cast<std::ptrdiff_t>(first);
          const auto count = std::min(kItemsAtOnce, ids.size() - first);
          jobs.push_back({&question,
                          type,
                          {begin, begin + static_cast<std::ptrdiff_t>(count)},
                          floor_seconds(grid.start),
                          floor_seconds(grid.end())});
        }
      }
    }
    while (!jobs.empty()) {
      std::vector<Call> calls;
      for (const Job& job : jobs) calls.push_back(history_call(job));
      const auto bodies = session_.call(calls, left());
      std::vector<Job> open;
      for (std::size_t i = 0; i < jobs.size(); ++i) {
        Question& question = *jobs[i].question;
        if (!bodies[i]) {
          if (!question.error) question.error = bodies[i].error();
          continue;
        }
        if (take_history(jobs[i], *bodies[i])) open.push_back(jobs[i]);
      }
      jobs = std::move(open);
    }
  }

  static Call history_call(const Job& job) {
    const json params = {{"output", {"itemid", "clock", "ns", "value"}},
                         {"history", job.value_type},
                         {"itemids", job.items},
                         {"time_from", job.from},
                         {"time_till", job.till},
                         {"sortfield", "clock"},
                         {"sortorder", "ASC"},
                         {"limit", kSamplesAtOnce}};
    return {"history.get", params.dump()};
  }

  /// Whether there is more of it, from where `job` then begins.
  [[nodiscard]] bool take_history(Job& job, const std::string& body) const {
    Question& question = *job.question;
    const auto refuse = [&](const std::string& problem) {
      if (!question.error) question.error = nonsense("history.get", problem);
      return false;
    };
    const auto samples = parse_history(body);
    if (!samples) return refuse(samples.error());
    const bool full = samples->size() >= kSamplesAtOnce;
    const std::int64_t last = samples->empty() ? 0 : samples->back().clock;
    std::int64_t before = job.from;
    for (const Sample& sample : *samples) {
      if (sample.clock < before || sample.clock > job.till) {
        return refuse("its samples are not in order of time, or not of the time asked for");
      }
      before = sample.clock;
      // The last second may go on in the next answer, which begins with it.
      if (full && sample.clock == last) continue;
      const auto item = question.items.find(sample.item);
      if (item == question.items.end()) return refuse("it sent an item that was not asked for");
      item->second.second.add(sample.clock, sample.nanoseconds, sample.value);
    }
    if (!full) return false;
    if (samples->front().clock == last) {
      return refuse(fmt::format("it has {} samples of one second", samples->size()));
    }
    job.from = last;
    return true;
  }

  static Result<QueryAnswer> finish(const Question& question) {
    if (question.error) return unexpected(*question.error);
    QueryAnswer answer{{}, question.warnings};
    for (const auto& [id, item] : question.items) {
      const auto& [host, buckets] = item;
      Series series{host, {{question.label, host}}, buckets.values(question.query.function)};
      if (has_numbers(series)) answer.series.push_back(std::move(series));
    }
    return answer;
  }

  Ports ports_;
  Session session_;
  Duration deadline_{0};
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  if (config.get<std::string>("url").empty()) {
    return fail(ErrorKind::definition, "a backend of type zabbix needs `url`");
  }
  const bool token = config.has("token");
  const bool login = config.has("user") && config.has("password");
  const bool any_login = config.has("user") || config.has("password");
  if (token ? any_login : !login) {
    return fail(ErrorKind::definition,
                "a backend of type zabbix needs either `token`, or `user` and `password`");
  }
  const auto headers = config.get<std::map<std::string, TextOrSecret>>("headers");
  if (std::ranges::any_of(headers,
                          [](const auto& h) { return to_lower(h.first) == "authorization"; })) {
    return fail(ErrorKind::definition,
                "`headers` may not have Authorization, which Zabbix takes for its own");
  }
  return std::unique_ptr<MetricsBackend>(std::make_unique<Zabbix>(config, ports));
}

std::optional<QueryFault> fault_in(const std::string& query) {
  const auto parsed = parse_query(query);
  if (parsed) return std::nullopt;
  return parsed.error();
}

}  // namespace

BackendType zabbix_backend() {
  return {"zabbix",
          "the history of Zabbix's items",
          {
              {"url", KeyKind::url, true, "of the frontend, such as https://example.com/zabbix"},
              {"token", KeyKind::secret, false, "an API token (Zabbix 5.4 and later)"},
              {"user", KeyKind::text, false, "who logs in where there is no token"},
              {"password", KeyKind::secret, false, "the user's"},
              {"request_timeout", KeyKind::duration, false, "longest wait for one answer (15s)"},
              {"headers", KeyKind::headers, false, "sent with each request, for a proxy"},
              {"ca", KeyKind::path, false, "PEM file of the authority to trust for https"},
          },
          &make,
          &fault_in,
          false,
          kInterval};
}

}  // namespace canarygate
