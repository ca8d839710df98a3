#include "checks/metrics/exec.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "checks/duration.h"
#include "checks/http/hide.h"
#include "checks/metrics/exec_protocol.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr Duration kScrapeInterval = std::chrono::seconds(15);
constexpr Duration kRequestTimeout = std::chrono::seconds(60);
constexpr std::size_t kMostOutput = 256U << 20U;
constexpr std::size_t kLinesShown = 3;

using VariableMap = std::map<std::string, TextOrSecret>;

bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::ranges::all_of(name, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// The last lines of what a program said, on one line: a traceback ends with its cause.
std::string last_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string& line : split(text, '\n')) {
    if (!trim(line).empty()) lines.push_back(printable(shorten(trim(line), 300)));
  }
  if (lines.size() > kLinesShown) lines.erase(lines.begin(), lines.end() - kLinesShown);
  return join(lines, " | ");
}

class Exec : public MetricsBackend {
 public:
  Exec(Config config, const Ports& ports)
      : config_(std::move(config)),
        ports_(ports),
        command_(config_.get<std::string>("command")),
        name_(fmt::format("the program '{}'", printable(shorten(command_, 100)))) {}

  Status watch(const Hosts& hosts, std::span<const std::string> /*queries*/) override {
    groups_ = {names_of(hosts.canary), names_of(hosts.baseline)};
    return Done{};
  }

  [[nodiscard]] std::vector<Result<QueryAnswer>> fetch(std::span<const RangeQuery> queries,
                                                       Duration patience) override {
    if (queries.empty()) return {};
    std::vector<std::string> secrets;
    auto answers = ask(queries, patience, secrets);
    if (!answers) {
      Error error = answers.error();
      for (const std::string& secret : secrets) hide_secret(error.text, secret);
      return std::vector<Result<QueryAnswer>>(queries.size(), unexpected(error));
    }
    std::vector<Result<QueryAnswer>> results;
    for (std::size_t q = 0; q < queries.size(); ++q) {
      results.push_back(taken((*answers)[q], queries[q].text, secrets));
    }
    return results;
  }

  [[nodiscard]] QueryDialect dialect() const override { return QueryDialect::none; }
  [[nodiscard]] std::string default_host_label() const override { return "host"; }
  [[nodiscard]] Duration settle() const override {
    return config_.get("settle", scrape_interval());
  }
  [[nodiscard]] Duration scrape_interval() const override {
    return config_.get("scrape_interval", kScrapeInterval);
  }

 private:
  Result<exec::Answers> ask(std::span<const RangeQuery> queries, Duration patience,
                            std::vector<std::string>& secrets) const {
    ProgramRun program;
    program.command = command_;
    program.input = exec::request_document(queries, groups_);
    program.limit = std::min(patience, request_timeout());
    program.most_output = kMostOutput;
    for (const auto& [name, value] : config_.get<VariableMap>("env")) {
      const SecretRef* secret = std::get_if<SecretRef>(&value);
      const auto text = secret == nullptr ? Result<std::string>(std::get<std::string>(value))
                                          : resolve_secret(*secret, ports_);
      if (!text) return unexpected(text.error());
      if (secret != nullptr) secrets.push_back(*text);
      program.variables.emplace_back(name, *text);
    }
    auto ended = ports_.processes.run(program);
    if (!ended) return unexpected(not_ended(ended.error(), patience));
    if (!ended->end.empty()) {
      const std::string said = last_lines(ended->errors);
      return fail(
          ErrorKind::backend,
          fmt::format("{} failed ({}){}. Run it by hand, with a query on its stdin", name_,
                      ended->end, said.empty() ? ", and said nothing on stderr" : ": " + said));
    }
    auto answers = exec::parse_answers(std::move(ended->output), queries);
    if (answers) return std::move(*answers);
    return fail(ErrorKind::backend,
                fmt::format("{} did not answer as it should: {}", name_, answers.error()));
  }

  /// The program was stopped, or could not be started.
  [[nodiscard]] Error not_ended(Error error, Duration patience) const {
    if (error.kind == ErrorKind::interrupted) return error;
    const bool late = error.kind == ErrorKind::timeout;
    const bool all_over = late && patience <= request_timeout();
    const std::string next = all_over ? ". The time of the whole run was over: see `--timeout`"
                             : late   ? ". Make it faster, or raise `request_timeout`"
                                      : "";
    return {all_over ? ErrorKind::timeout : ErrorKind::backend,
            fmt::format("{} was stopped: {}{}", name_, last_lines(error.text), next), false};
  }

  [[nodiscard]] Result<QueryAnswer> taken(Result<QueryAnswer, std::string>& answer,
                                          const std::string& query,
                                          const std::vector<std::string>& secrets) const {
    if (answer) {
      for (std::string& warning : answer->warnings) {
        for (const std::string& secret : secrets) hide_secret(warning, secret);
      }
      return std::move(*answer);
    }
    std::string text = answer.error();
    for (const std::string& secret : secrets) hide_secret(text, secret);
    return fail(ErrorKind::backend, fmt::format("{} has no answer to '{}': {}", name_,
                                                printable(shorten(query, 300)), text));
  }

  [[nodiscard]] Duration request_timeout() const {
    return config_.get("request_timeout", kRequestTimeout);
  }

  Config config_;
  Ports ports_;
  std::string command_;
  std::string name_;
  exec::Groups groups_;
};

Result<std::unique_ptr<MetricsBackend>> make(const Config& config, const Ports& ports) {
  for (const auto& [name, value] : config.get<VariableMap>("env")) {
    if (!is_variable_name(name)) {
      return fail(ErrorKind::definition,
                  fmt::format("`env`: '{}' cannot be the name of an environment variable",
                              printable(shorten(name, 60))));
    }
  }
  if (const auto fault = scrape_interval_fault(config)) return fail(ErrorKind::definition, *fault);
  return std::unique_ptr<MetricsBackend>(std::make_unique<Exec>(config, ports));
}

}  // namespace

BackendType exec_backend() {
  return {
      "exec",
      "a program of your own, asked and answering in JSON",
      {
          {"command", KeyKind::long_text, true, "run by /bin/sh -c"},
          {"env", KeyKind::headers, false, "variables that it gets beside canarygate's own"},
          {"request_timeout", KeyKind::duration, false, "longest it may run (60s)"},
          {"scrape_interval", KeyKind::duration, false, "time between two samples of a host (15s)"},
          {"settle", KeyKind::duration, false,
           "how long after a point's time its number may still change (scrape_interval)"},
      },
      &make};
}

}  // namespace canarygate
