#include "checks/import/datadog_per_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "checks/definition/query_faults.h"
#include "checks/import/datadog_monitor.h"
#include "checks/import/promql_per_host.h"
#include "checks/import/promql_places.h"
#include "checks/import/promql_scale.h"
#include "checks/metrics/datadog_query.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kNone = std::string::npos;
constexpr std::string_view kHosts = "{{hosts}}";
constexpr std::string_view kDefaultZero = "default_zero(";

// In the order in which they are looked for.
constexpr std::array<std::string_view, 5> kHostTags = {"host", "pod_name", "hostname", "instance",
                                                       "instance_id"};

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// One metric of a query: `sum:x{scope} by {tags}.as_count()`. Places in the query's text.
struct Term {
  std::size_t begin = 0;
  std::size_t scope = 0;      ///< its opening brace
  std::size_t scope_end = 0;  ///< past its closing one
  std::size_t by = 0;         ///< `by`; 0 for none
  std::size_t by_end = 0;     ///< past its `}`, or of the scope
  std::size_t end = 0;        ///< past the last `.function(…)`
  std::vector<std::string> tags;
};

/// Where the metric in front of the brace at `open` begins.
std::size_t metric_begin(const std::string& query, std::size_t open) {
  std::size_t begin = open;
  const auto fits = [](char c) { return is_word(c) || c == '.' || c == ':' || c == '-'; };
  while (begin > 0 && query[begin - 1] == ' ') --begin;
  while (begin > 0 && fits(query[begin - 1])) --begin;
  return begin;
}

std::vector<std::string> tags_in(std::string_view list) {
  std::vector<std::string> tags;
  for (const std::string& tag : split(list, ',')) {
    if (!trim(tag).empty()) tags.emplace_back(trim(tag));
  }
  return tags;
}

/// Nothing when a bracket is not closed.
std::optional<std::vector<Term>> terms_of(const std::string& query) {
  std::vector<Term> terms;
  for (std::size_t at = 0; at < query.size();) {
    if (query[at] == '"' || query[at] == '\'') {
      at = query.find(query[at], at + 1);
      if (at == kNone) return std::nullopt;
    }
    if (query[at] != '{') {
      ++at;
      continue;
    }
    Term term;
    term.scope = at;
    term.begin = metric_begin(query, at);
    term.scope_end = past_brackets(query, at);
    if (term.scope_end == kNone) return std::nullopt;
    term.by_end = term.scope_end;
    const std::size_t by = query.find_first_not_of(' ', term.scope_end);
    const std::size_t open = by == kNone ? kNone : query.find_first_not_of(' ', by + 2);
    if (open != kNone && to_lower(query.substr(by, 2)) == "by" && query[open] == '{') {
      term.by = by;
      term.by_end = past_brackets(query, open);
      if (term.by_end == kNone) return std::nullopt;
      term.tags = tags_in(std::string_view(query).substr(open + 1, term.by_end - open - 2));
    }
    term.end = term.by_end;
    while (term.end < query.size() && query[term.end] == '.') {
      std::size_t call = term.end + 1;
      while (call < query.size() && is_word(query[call])) ++call;
      if (call == query.size() || query[call] != '(') break;
      term.end = past_brackets(query, call);
      if (term.end == kNone) return std::nullopt;
    }
    at = term.end;
    terms.push_back(std::move(term));
  }
  return terms;
}

class Rewriter {
 public:
  explicit Rewriter(const std::string& query) : query_(query) {}

  Result<DatadogPerHost, std::string> run() {
    const auto terms = terms_of(query_);
    if (!terms) return unexpected(std::string("a bracket or a quote in its query is not closed"));
    if (terms->empty()) {
      return unexpected(fmt::format("its query names no metric as in avg:METRIC{{SCOPE}}: {}",
                                    shown_query(query_)));
    }
    choose_tag(*terms);
    std::size_t at = 0;
    for (const Term& term : *terms) {
      copy_functions(at, term.begin);
      write_term(term);
      at = term.end;
    }
    copy_functions(at, query_.size());
    if (!refused_.empty()) return unexpected(refused_);
    choose_zeros();
    if (const auto fault = datadog::fault_in(with_stand_ins(result_.query))) {
      return unexpected(fmt::format("its query cannot be asked: column {} of `{}`: {}",
                                    fault->column, shown_query(result_.query), fault->text));
    }
    explain_scale();
    return result_;
  }

 private:
  void note(std::string text) {
    if (!has(result_.notes, text)) result_.notes.push_back(std::move(text));
  }

  /// `kept`: what else stands there where zeros are kept.
  void write(std::string_view text, std::string_view kept) {
    result_.query += text;
    kept_ += kept;
  }
  void write(std::string_view text) { write(text, text); }

  void choose_tag(const std::vector<Term>& terms) {
    result_.host_label = kHostTags.front();
    for (const std::string_view tag : kHostTags) {
      const bool groups =
          std::ranges::any_of(terms, [&](const Term& term) { return has(term.tags, tag); });
      if (!groups) continue;
      result_.host_label = tag;
      break;
    }
    const Names alone = {result_.host_label};
    result_.tells_hosts_apart =
        std::ranges::all_of(terms, [&](const Term& term) { return term.tags == alone; });
  }

  /// What stands between metrics: arithmetic and functions. Those that fill gaps are left out.
  void copy_functions(std::size_t begin, std::size_t end) {
    std::string text = query_.substr(begin, end - begin);
    for (const std::string_view name : {"anomalies(", "outliers(", "forecast("}) {
      if (text.find(name) == kNone) continue;
      refused_ = fmt::format("`{})` within it makes something else of the metric", name);
    }
    for (const std::string_view name : {"timeshift(", "hour_before(", "day_before(", "week_before(",
                                        "month_before(", "calendar_shift("}) {
      if (text.find(name) == kNone) continue;
      refused_ = fmt::format(
          "it reads another time (`{})`); canarygate itself compares with the "
          "baseline and with the past",
          name);
    }
    if (text.find("top") != kNone &&
        (text.find("top(") != kNone || text.find("top_offset(") != kNone)) {
      refused_ = "`top()` picks hosts, and a check compares all of them";
    }
    scale_text_ += text;
    kept_ += text;
    for (std::size_t at = 0; (at = text.find(kDefaultZero, at)) != kNone;) {
      text.replace(at, kDefaultZero.size(), "(");
    }
    write(text, "");
  }

  void write_term(const Term& term) {
    const std::string metric(
        trim(std::string_view(query_).substr(term.begin, term.scope - term.begin)));
    write(metric + scope_of(term));
    const Names alone = {result_.host_label};
    if (term.by != 0 && term.tags != alone) {
      note(fmt::format("it was {}", shown_query(query_.substr(term.by, term.by_end - term.by))));
    } else if (term.by == 0) {
      note(fmt::format("`by {{{}}}` is added", result_.host_label));
    }
    write(fmt::format(" by {{{}}}", result_.host_label));
    fills_zero_ = false;
    const bool counts = write_calls(term);
    const bool sums = metric.starts_with("sum:") || metric.starts_with("count:");
    if (term.tags != alone && !sums) splits_ = splits_ || has(term.tags, result_.host_label);
    std::string series = counts ? "increase(x[1m])" : "x";
    if (fills_zero_) series = fmt::format("{}{})", kDefaultZero, series);
    scale_text_ += term.tags == alone || !sums ? fmt::format("avg by (host) ({})", series)
                                               : fmt::format("sum({})", series);
  }

  /// `.as_count()` and the like; whether it counts. The backend adds the length of a rollup itself.
  bool write_calls(const Term& term) {
    bool counts = false;
    for (std::size_t at = term.by_end; at < term.end;) {
      const std::size_t open = query_.find('(', at);
      const std::size_t close = past_brackets(query_, open);
      const std::string name = query_.substr(at + 1, open - at - 1);
      const std::string call = query_.substr(at, close - at);
      counts = counts || name == "as_count";
      at = close;
      if (call == ".fill(zero)" || call == ".fill(0)") {
        fills_zero_ = true;
        write("", call);
      } else if (name == "fill" && call != ".fill(null)") {
        note(fmt::format("`{}` is left out: what is not there is no number", shown_query(call)));
      } else if (name == "rollup") {
        write_rollup(call, counts);
      } else {
        write(call);
      }
    }
    result_.is_of_counts = result_.is_of_counts || counts;
    return counts;
  }

  void write_rollup(const std::string& call, bool counts) {
    const std::size_t open = call.find('(');
    const auto arguments = tags_in(std::string_view(call).substr(open + 1, call.size() - open - 2));
    const bool has_method =
        !arguments.empty() && arguments.front().find_first_of("0123456789") == kNone;
    note(fmt::format("`{}` has the check's `step` as its length", shown_query(call)));
    if (has_method && (!counts || arguments.front() == "sum")) {
      write(fmt::format(".rollup({})", arguments.front()));
    }
  }

  /// The scope with the hosts in it, in Datadog's words instead of commas.
  std::string scope_of(const Term& term) {
    const std::string_view body =
        trim(std::string_view(query_).substr(term.scope + 1, term.scope_end - term.scope - 2));
    const std::string wanted = fmt::format("{} IN ({})", result_.host_label, kHosts);
    if (body.find(kHosts) != kNone) return fmt::format("{{{}}}", body);
    if (body.empty() || body == "*") return fmt::format("{{{}}}", wanted);
    const std::string lower = to_lower(body);
    const bool has_words = lower.find(" or ") != kNone || lower.find('(') != kNone;
    if (has_words) return fmt::format("{{({}) AND {}}}", body, wanted);
    std::vector<std::string> conditions;
    for (const std::string& part : split(with_commas(std::string(body)), ',')) {
      const std::string condition(trim(part));
      if (condition.empty() || condition == "*") continue;
      if (condition.starts_with(result_.host_label + ":")) {
        if (!condition.ends_with(":*")) {
          note(fmt::format("`{}` chose the hosts", shown_query(condition)));
        }
      } else {
        conditions.push_back(condition);
      }
    }
    conditions.push_back(wanted);
    return fmt::format("{{{}}}", join(conditions, " AND "));
  }

  /// `a AND b` as `a,b`.
  static std::string with_commas(std::string body) {
    for (std::size_t at = 0; (at = to_lower(body).find(" and ")) != kNone;) {
      body.replace(at, 5, ",");
    }
    return body;
  }

  /// Zeros where there are none make a dead host look healthy, but not as what is divided by a
  /// count that it does not have then.
  void choose_zeros() {
    if (scale_text_.find(kDefaultZero) != kNone) {
      const auto root = promql::outline(scale_text_);
      if (root && divides_zeros_only(*root)) {
        result_.query = kept_;
      } else {
        note("`default_zero()` and `.fill(zero)` are left out: what is not there is no number");
      }
    }
    result_.query = std::string(trim(result_.query));
  }

  [[nodiscard]] static bool has_zeros(const promql::Outline& node) {
    bool found = false;
    visit_all(node, [&](const promql::Outline& one) {
      found = found || (one.kind == promql::Outline::Kind::call && one.name == "default_zero");
    });
    return found;
  }

  /// Whether the whole is a quotient, maybe times a number, whose divisor is no made-up number.
  [[nodiscard]] static bool divides_zeros_only(const promql::Outline& wrapped) {
    const promql::Outline& node = promql::inside(wrapped);
    if (node.kind != promql::Outline::Kind::binary) return false;
    const promql::Outline& left = node.children[0];
    const promql::Outline& right = node.children[1];
    if (is_scalar(right)) return divides_zeros_only(left);
    if (is_scalar(left) && node.name == "*") return divides_zeros_only(right);
    return node.name == "/" && !has_zeros(right);
  }

  /// Its arithmetic is PromQL's, so what holds there holds here.
  void explain_scale() {
    if (splits_) {
      result_.other_scale = "it was about parts of a host, and this is about a host as a whole";
      return;
    }
    const auto root = promql::outline(scale_text_);
    const QueryScale scale = root ? scale_of(*root, scale_text_, "host") : QueryScale{0, 0, false};
    result_.counts = scale.is_known && scale.time == 1;
    if (!scale.is_known || scale.time > 1 || scale.time < 0) {
      result_.other_scale = "it mixes what adds up over hosts with what does not";
    } else if (scale.hosts != 0) {
      result_.other_scale = "it was about all hosts together, and this is about each";
    }
  }

  const std::string& query_;
  DatadogPerHost result_;
  std::string scale_text_;  // the query with a PromQL metric for each of its own
  std::string kept_;        // the query as it is written where zeros are kept
  std::string refused_;
  bool fills_zero_ = false;  // the metric that is being written does
  bool splits_ = false;      // it was by host and something else, without adding up
};

}  // namespace

Result<DatadogPerHost, std::string> datadog_per_host(const std::string& query) {
  return Rewriter(query).run();
}

}  // namespace canarygate
