#include "checks/metrics/graphite_frontends.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

#include "checks/http/url.h"
#include "checks/text.h"

namespace canarygate::graphite {

namespace {

constexpr std::size_t kAtOnce = 8;

/// What one server said to one question.
using Answer = Result<RenderReply>;

/// What makes an answer the fuller one, most telling first.
auto fullness(const RenderReply& reply, const Grid& grid) {
  std::int64_t hosts = 0;
  std::int64_t numbers = 0;
  for (const RenderReply::Row& row : reply.rows) {
    hosts += row.numbers > 0 ? 1 : 0;
    numbers += row.numbers;
  }
  return std::tuple(reply.step <= grid.step, hosts, numbers);
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
  return std::ranges::equal(
      a, b, [](double x, double y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

/// Whether both have the same series with the same numbers; series without any do not count.
bool same_series(const RenderReply& a, const RenderReply& b) {
  std::map<std::string, std::vector<const RenderReply::Row*>> by_name;
  std::size_t in_a = 0;
  std::size_t in_b = 0;
  for (const RenderReply::Row& row : a.rows) {
    if (row.numbers == 0) continue;
    by_name[row.labels.at(kNameLabel)].push_back(&row);
    ++in_a;
  }
  for (const RenderReply::Row& row : b.rows) {
    if (row.numbers == 0) continue;
    ++in_b;
    const auto named = by_name.find(row.labels.at(kNameLabel));
    if (named == by_name.end()) return false;
    const auto equal = [&](const RenderReply::Row* other) {
      return other->numbers == row.numbers && same_numbers(other->values, row.values);
    };
    if (std::ranges::none_of(named->second, equal)) return false;
  }
  return in_a == in_b && (in_a == 0 || a.step == b.step);
}

/// Of the errors of all servers.
Error put_together(const std::vector<Error>& errors) {
  Error all = errors.back();
  for (const Error& error : errors) {
    if (error.kind == ErrorKind::interrupted) return error;
    // What is wrong with the question itself is wrong everywhere.
    if (!error.transient && error.kind == ErrorKind::backend) return error;
    if (error.kind == ErrorKind::backend) all.kind = ErrorKind::backend;
  }
  if (errors.size() == 1) return all;
  std::vector<std::string> texts;
  for (const Error& error : errors) texts.push_back(error.text);
  all.text =
      fmt::format("none of the {} servers could answer: {}", errors.size(), join(texts, "; "));
  return all;
}

/// The fuller of two answers, and what is to be said of the other.
Taken choose(const Question& question, Taken first, Taken second) {
  const bool second_is_fuller =
      fullness(second.reply, question.grid) > fullness(first.reply, question.grid);
  const bool as_full =
      fullness(second.reply, question.grid) == fullness(first.reply, question.grid);
  if (as_full && same_series(first.reply, second.reply)) return first;
  Taken& taken = second_is_fuller ? second : first;
  const Taken& other = second_is_fuller ? first : second;
  const std::string target = printable(shorten(question.target, 300));
  taken.warnings.push_back(
      as_full ? fmt::format("{} and {} give different numbers; those of {} were taken: {}",
                            first.host, second.host, taken.host, target)
              : fmt::format("{} lacks numbers that {} has; the fuller answer was taken: {}",
                            other.host, taken.host, target));
  return std::move(taken);
}

/// One call of Frontends::ask.
class Asking {
 public:
  Asking(const std::vector<std::string>& servers, const std::string& credentials, HttpClient& http,
         const Clock& clock, Duration patience)
      : servers_(servers),
        credentials_(credentials),
        http_(http),
        clock_(clock),
        deadline_(clock.elapsed() + patience),
        unreachable_(servers.size()),
        gone_(servers.size()) {}

  std::vector<Result<Taken>> all(std::span<const Question> questions) {
    std::vector<Result<Taken>> results;
    for (std::size_t i = 0; i < questions.size(); i += kAtOnce) {
      some(questions.subspan(i, std::min(kAtOnce, questions.size() - i)), results);
    }
    return results;
  }

 private:
  void some(std::span<const Question> questions, std::vector<Result<Taken>>& results) {
    std::vector<std::vector<Answer>> answers(questions.size());
    // With a pair one server's answer is enough: who does not answer is asked again only when
    // neither does.
    send(questions, servers_.size() > 1, answers);
    if (servers_.size() > 1) send(questions, false, answers);
    for (std::size_t q = 0; q < questions.size(); ++q) {
      results.push_back(take(questions[q], std::move(answers[q])));
    }
  }

  /// Puts the questions that have no answer yet to every server.
  void send(std::span<const Question> questions, bool only_once,
            std::vector<std::vector<Answer>>& answers) {
    std::vector<HttpRequest> requests;
    std::vector<std::pair<std::size_t, std::size_t>> who;  // question, server
    const Duration left = std::max(Duration(0), deadline_ - clock_.elapsed());
    for (std::size_t q = 0; q < questions.size(); ++q) {
      if (!to_be_asked(answers[q])) continue;
      answers[q].clear();
      for (std::size_t s = 0; s < servers_.size(); ++s) {
        HttpRequest request = questions[q].request;
        request.url = join_url(servers_[s], request.url);
        request.only_once = only_once;
        // A server that hangs must leave time to ask again.
        if (only_once) request.timeout = std::min(request.timeout, left / 2);
        const std::optional<Error>& known = only_once ? unreachable_[s] : gone_[s];
        if (known) {
          answers[q].push_back(unexpected(*known));
          continue;
        }
        answers[q].push_back(fail(ErrorKind::backend, ""));
        requests.push_back(std::move(request));
        who.emplace_back(q, s);
      }
    }
    if (requests.empty()) return;
    auto responses = http_.send_all(requests, left);
    for (std::size_t i = 0; i < responses.size(); ++i) {
      const auto [q, s] = who[i];
      answers[q][s] = read(questions[q], s, std::move(responses[i]));
      if (!only_once) gone_[s] = unreachable_[s];
    }
  }

  /// Nobody was asked yet, or nobody could answer and another time somebody may.
  static bool to_be_asked(const std::vector<Answer>& answers) {
    return std::ranges::none_of(answers, &Answer::has_value) &&
           (answers.empty() || std::ranges::all_of(answers, [](const Answer& answer) {
              return answer.error().transient;
            }));
  }

  Answer read(const Question& question, std::size_t server, Result<HttpResponse> response) {
    const std::string host = host_of(servers_[server]);
    unreachable_[server].reset();
    if (!response) {
      Error error = response.error();
      error.transient = error.kind == ErrorKind::backend;
      if (error.transient) unreachable_[server] = error;
      return unexpected(error);
    }
    if (response->status != 200 || is_web_page(*response)) {
      return unexpected(explain_refusal(*response, {host, question.target, credentials_}));
    }
    auto reply = parse_render_reply(std::move(response->body), question.grid, question.counts);
    if (!reply) {
      return fail(ErrorKind::backend,
                  fmt::format("{} sent an answer that {}: {}", host, reply.error(),
                              printable(shorten(question.target, 300))));
    }
    return std::move(*reply);
  }

  Result<Taken> take(const Question& question, std::vector<Answer> answers) {
    std::vector<Error> errors;
    std::optional<Taken> taken;
    for (std::size_t s = 0; s < answers.size(); ++s) {
      if (!answers[s]) {
        errors.push_back(answers[s].error());
        continue;
      }
      Taken one{std::move(*answers[s]), host_of(servers_[s]), {}};
      taken = taken ? choose(question, std::move(*taken), std::move(one)) : std::move(one);
    }
    if (!taken) return unexpected(put_together(errors));
    for (const Error& error : errors) {
      if (error.kind == ErrorKind::interrupted) return unexpected(error);
      taken->warnings.push_back(fmt::format("only {} answered, the other of the pair did not: {}",
                                            taken->host, error.text));
    }
    for (const RenderReply::Row& row : taken->reply.rows) numbers_ += row.values.size();
    if (numbers_ > kMostNumbers) {
      return fail(ErrorKind::backend,
                  fmt::format("{} has more numbers than canarygate takes; ask for fewer series, or "
                              "sum them by host: {}",
                              taken->host, printable(shorten(question.target, 300))));
    }
    return std::move(*taken);
  }

  const std::vector<std::string>& servers_;
  const std::string& credentials_;
  HttpClient& http_;
  const Clock& clock_;
  Duration deadline_;
  // By server: why it could not be reached, at the first try, and when tried again.
  std::vector<std::optional<Error>> unreachable_;
  std::vector<std::optional<Error>> gone_;
  std::size_t numbers_ = 0;  // kept so far
};

}  // namespace

std::vector<Result<Taken>> Frontends::ask(HttpClient& http, const Clock& clock,
                                          std::span<const Question> questions,
                                          Duration patience) const {
  return Asking(servers_, credentials_, http, clock, patience).all(questions);
}

}  // namespace canarygate::graphite
