#include "checks/import/promql_per_host.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "checks/duration.h"
#include "checks/import/promql_places.h"
#include "checks/import/promql_scale.h"
#include "checks/promql/literals.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using promql::Outline;
using promql::Place;
using Kind = Outline::Kind;

constexpr std::string_view kHosts = "{{hosts}}";

/// Rewrites one query. Functions are false when it is refused, for `reason_`.
class Rewriter {
 public:
  Rewriter(const std::string& query, const Outline& root) : query_(query), root_(root) {}

  Result<PerHostQuery, std::string> run(Several several) {
    if (is_scalar(root_)) return unexpected(std::string("it reads no series"));
    result_.host_label = host_label_of(query_, root_);
    choose_grouping();
    result_.tells_hosts_apart = true;
    visit_all(root_, [this](const Outline& node) {
      const bool joins = node.kind == Kind::aggregation && !picks_series(node.name);
      if (joins && !keeps_label(node, result_.host_label)) result_.tells_hosts_apart = false;
    });
    if (!rewrite(root_)) return unexpected(reason_);
    count_what_has_not_happened();
    result_.query = edits_.applied(query_, root_.place);
    bring_together(several);
    explain_scale();
    return result_;
  }

 private:
  bool refuse(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }

  void note(std::string text) {
    if (!has(result_.notes, text)) result_.notes.push_back(std::move(text));
  }

  void edit(Place place, std::string text) { edits_.add(place, std::move(text)); }

  [[nodiscard]] std::string_view text_of(const Place& place) const {
    return place.of(std::string_view(query_));
  }

  /// Where all aggregations have the same labels and no host, those labels can go: a host has one
  /// series then. Else the host's label is added to each.
  void choose_grouping() {
    std::optional<Names> first;
    replaces_ = true;
    visit_all(root_, [&](const Outline& node) {
      const bool matches = node.kind == Kind::binary && node.labels;
      if (matches && (node.labels->word == "ignoring" || !node.many.empty())) replaces_ = false;
      if (node.kind != Kind::aggregation || picks_series(node.name)) return;
      const Names names = node.labels ? without(node.labels->names, {"le"}) : Names{};
      if (has(names, result_.host_label)) replaces_ = false;
      if (node.labels && node.labels->word == "without") replaces_ = false;
      if (first && *first != names) replaces_ = false;
      first = names;
    });
    replaces_ = replaces_ && first.has_value();
  }

  bool rewrite(const Outline& node) {
    if (node.is_offset) {
      return refuse(
          "it reads another time (`offset` or `@`); canarygate itself compares with the "
          "baseline and with the past");
    }
    switch (node.kind) {
      case Kind::number:
      case Kind::string:
        return true;
      case Kind::selector:
        return rewrite_selector(node) && keep_range(node.range);
      case Kind::call:
        return rewrite_call(node);
      case Kind::aggregation:
        return rewrite_aggregation(node);
      case Kind::binary:
        return rewrite_binary(node);
      case Kind::subquery:
        return keep_range(node.range) && rewrite(node.children[0]);
      case Kind::unary:
      case Kind::group:
        return rewrite(node.children[0]);
    }
    return true;
  }

  bool rewrite_selector(const Outline& node) {
    const std::string wanted = fmt::format("{}=~\"{}\"", result_.host_label, kHosts);
    bool is_told = false;
    for (const MatcherPlace& matcher : matchers_in(query_, node.matchers)) {
      if (matcher.label != result_.host_label || !matcher.sign.starts_with('=') || is_told)
        continue;
      is_told = true;
      if (text_of(matcher.place).find(kHosts) == std::string_view::npos) {
        note(fmt::format("`{}` chose the hosts", shown_query(text_of(matcher.place))));
      }
      edit(matcher.place, wanted);
    }
    if (is_told) return true;
    if (node.matchers.empty()) {
      edit({node.word.end, node.word.end}, "{" + wanted + "}");
      return true;
    }
    const std::string_view body = trim(text_of({node.matchers.begin + 1, node.matchers.end - 1}));
    const std::string_view comma = body.find(", ") == std::string_view::npos ? "," : ", ";
    edit({node.matchers.begin + 1, node.matchers.begin + 1},
         body.empty() ? wanted : fmt::format("{}{}", wanted, comma));
    return true;
  }

  /// A range that stays. Those of rates were left out before.
  bool keep_range(const Place& place) {
    if (place.empty()) return true;
    std::string_view range = text_of({place.begin + 1, place.end - 1});
    range = trim(range.substr(0, range.find(':')));
    if (range.starts_with("{{")) return true;
    const auto length = promql::read_range(range);
    if (!length) return refuse(fmt::format("the range [{}] is none", shown_query(range)));
    if (*length > kLongestImportedRange) {
      return refuse(fmt::format("it reads back over [{}], further than a deploy is watched",
                                shown_query(range)));
    }
    result_.longest_range = std::max(result_.longest_range, *length);
    return true;
  }

  bool rewrite_call(const Outline& node) {
    if (std::string reason = why_no_host(node.name); !reason.empty()) {
      return refuse(std::move(reason));
    }
    const bool relabels = node.name == "label_replace" || node.name == "label_join";
    const bool has_target = relabels && node.children.size() > 1;
    const std::string_view target =
        has_target ? text_of(node.children[1].place) : std::string_view();
    if (target.size() > 2 && target.substr(1, target.size() - 2) == result_.host_label) {
      return refuse(fmt::format("`{}` makes the label `{}`, which names the host, of another one",
                                node.name, result_.host_label));
    }
    if (is_rate_like(node.name) && !node.children.empty() &&
        node.children[0].kind == Kind::selector) {
      return rewrite_rate(node.children[0]);
    }
    return std::ranges::all_of(node.children,
                               [this](const Outline& child) { return rewrite(child); });
  }

  bool rewrite_rate(const Outline& selector) {
    if (selector.is_offset) return rewrite(selector);
    const std::string_view range = text_of(selector.range);
    if (!range.empty() && range != "[{{rate_window}}]") {
      note(fmt::format("its range was {}", shown_query(range)));
      range_ = range;
      edit(selector.range, "[{{rate_window}}]");
    }
    return rewrite_selector(selector);
  }

  bool rewrite_aggregation(const Outline& node) {
    if (node.name == "count_values" || node.children.empty()) {
      return refuse(fmt::format("`{}` has no hosts", node.name));
    }
    if (picks_series(node.name)) {
      const Outline& picked = node.children.back();
      edit({node.place.begin, picked.place.begin}, "(");
      edit({picked.place.end, node.place.end}, ")");
      note(fmt::format("`{}` is left out: all hosts are compared", node.name));
      return rewrite(picked);
    }
    group(node);
    return std::ranges::all_of(node.children,
                               [this](const Outline& child) { return rewrite(child); });
  }

  void group(const Outline& node) {
    if (!node.labels) {
      note(fmt::format("`{}` was over all hosts", node.name));
      // `sum (x)` has a blank already.
      const std::size_t open = query_.find_first_not_of(' ', node.word.end);
      edit({node.word.end, open}, fmt::format(" by ({}) ", result_.host_label));
      return;
    }
    const Names labels = grouped_by(node);
    if (labels == node.labels->names) return;
    note(fmt::format("`{}` was {}", node.name, shown_query(text_of(node.labels->place))));
    edit(node.labels->place, fmt::format("{} ({})", node.labels->word, fmt::join(labels, ", ")));
  }

  /// The labels that an aggregation's `by` or `without` will have.
  [[nodiscard]] Names grouped_by(const Outline& node) const {
    const Names& names = node.labels->names;
    const std::string& host = result_.host_label;
    if (node.labels->word == "without") return without(names, {host});
    if (has(names, host)) return names;
    Names labels = {host};
    if (replaces_) {
      if (has(names, "le")) labels.emplace_back("le");
    } else {
      labels.insert(labels.begin(), names.begin(), names.end());
    }
    return labels;
  }

  bool rewrite_binary(const Outline& node) {
    const Outline& right = promql::inside(node.children[1]);
    if (node.name == "or" && right.kind == Kind::call && right.name == "vector") {
      note("`or vector(…)` is left out: what is not there is no number");
      edit({node.children[0].place.end, node.place.end}, "");
      return rewrite(node.children[0]);
    }
    for (const std::string_view set : {"or", "and", "unless"}) {
      if (node.name == set) {
        return refuse(fmt::format("`{}` makes one series of several queries'", set));
      }
    }
    const bool compares =
        std::string_view("=!<>").find(node.name.front()) != std::string_view::npos;
    if (compares && !node.is_bool) {
      return refuse(fmt::format("`{}` within it leaves series out", node.name));
    }
    const Outline* first = &node.children[1];
    while (first->kind == Kind::binary) first = &first->children[0];
    if (!node.many.empty() && first->kind == Kind::aggregation && picks_series(first->name)) {
      return refuse(fmt::format("`{}` picks series for `{}`", first->name, node.many));
    }
    const bool joins = !is_scalar(node.children[0]) && !is_scalar(node.children[1]);
    if (node.labels && joins) match_hosts(node);
    return rewrite(node.children[0]) && rewrite(node.children[1]);
  }

  /// `on (job)` of two that have one series a host is `on (instance)`.
  void match_hosts(const Outline& node) {
    const std::string& host = result_.host_label;
    const Names alone = {host};
    Names labels = node.labels->names;
    if (node.labels->word == "ignoring") {
      labels = without(labels, {host});
    } else if (labels_of(node.children[0]) == alone && labels_of(node.children[1]) == alone) {
      labels = alone;
    } else if (!has(labels, host)) {
      labels.push_back(host);
    }
    if (labels == node.labels->names) return;
    edit(node.labels->place, fmt::format("{} ({})", node.labels->word, fmt::join(labels, ", ")));
  }

  /// What tells the rewritten query's series apart; nothing where that cannot be said.
  [[nodiscard]] std::optional<Names> labels_of(const Outline& node) const {
    switch (node.kind) {
      case Kind::aggregation:
        if (picks_series(node.name)) return labels_of(node.children.back());
        if (!node.labels) return Names{result_.host_label};
        if (node.labels->word == "without") return std::nullopt;
        return grouped_by(node);
      case Kind::call: {
        if (node.children.empty()) return std::nullopt;
        if (node.name != "histogram_quantile") return labels_of(node.children.front());
        const auto labels = labels_of(node.children.back());
        return labels ? std::optional(without(*labels, {"le"})) : std::nullopt;
      }
      case Kind::binary:
        return labels_of_binary(node);
      case Kind::unary:
      case Kind::group:
      case Kind::subquery:
        return labels_of(node.children[0]);
      default:
        return std::nullopt;
    }
  }

  [[nodiscard]] std::optional<Names> labels_of_binary(const Outline& node) const {
    const Outline& left = node.children[0];
    const Outline& right = node.children[1];
    if (is_scalar(left) || node.many == "group_right") return labels_of(right);
    const auto labels = labels_of(left);
    const bool either = !labels && !is_scalar(right) && node.name != "or" && node.many.empty();
    return either ? labels_of(right) : labels;
  }

  void bring_together(Several several) {
    const auto labels = labels_of(root_);
    if (labels && *labels == Names{result_.host_label}) return;
    const std::string_view how = several == Several::max   ? "max"
                                 : several == Several::min ? "min"
                                 : adds_up()               ? "sum"
                                                           : "avg";
    result_.query = fmt::format("{} by ({}) ({})", how, result_.host_label, result_.query);
    note(fmt::format("`{} by ({})` makes one series of all that a host has", how,
                     result_.host_label));
  }

  /// Rates of counters are, quotients and quantiles are not.
  [[nodiscard]] bool adds_up() const {
    bool rates = false;
    bool divides = false;
    visit_all(root_, [&](const Outline& node) {
      rates =
          rates || (node.kind == Kind::call && (is_rate_like(node.name) && node.name != "deriv"));
      divides = divides || node.name == "histogram_quantile" ||
                (node.kind == Kind::binary && node.name == "/" && !is_scalar(node.children[1])) ||
                (node.kind == Kind::aggregation && node.name != "sum");
    });
    return rates && !divides;
  }

  void explain_scale() {
    const QueryScale scale = scale_of(root_, query_, result_.host_label);
    if (!scale.is_known) {
      result_.other_scale = "it mixes what adds up over hosts with what does not";
    } else if (scale.hosts != 0) {
      result_.other_scale = "it was about all hosts together, and this is about each";
    } else if (scale.time != 0 && !range_.empty()) {
      result_.other_scale = fmt::format(
          "it counted over {}, and this counts over "
          "[{{{{rate_window}}}}]",
          shown_query(range_));
    }
  }

  /// Failures have no series before the first of them, and what is missing is no number: without
  /// this a canary without failures would be one without data. What all of the same metric count
  /// says that a host is there.
  void count_what_has_not_happened() {
    TextEdits zeros;
    visit_all(root_, [&](const Outline& node) {
      if (node.kind != Kind::binary || node.name != "/" || !node.many.empty()) return;
      const Outline& part = dividend(node);
      const Outline& whole = node.children[1];
      const std::string counted = counted_by(part);
      if (counted.empty() || counted != counted_by(whole)) return;
      zeros.add({part.place.begin, part.place.begin}, "(");
      zeros.add({part.place.end, part.place.end},
                fmt::format(" or 0 * {})", edits_.applied(query_, whole.place)));
      note(fmt::format("where nothing is counted above the line yet, it is 0, if `{}` is there",
                       shown_query(counted)));
    });
    edits_.add(zeros);
  }

  /// `a` of `a / b` and of `100 * a / b`.
  static const Outline& dividend(const Outline& quotient) {
    const Outline& left = promql::inside(quotient.children[0]);
    if (left.kind != Kind::binary || left.name != "*") return quotient.children[0];
    return left.children[is_scalar(left.children[0]) ? 1 : 0];
  }

  /// The metric of which `wrapped` is a sum of rates, one a host; "" when it is something else.
  [[nodiscard]] std::string counted_by(const Outline& wrapped) const {
    const Outline& node = promql::inside(wrapped);
    if (node.kind != Kind::aggregation || node.name != "sum") return "";
    if (labels_of(node) != Names{result_.host_label}) return "";
    const Outline& rates = promql::inside(node.children.back());
    const bool counts = rates.kind == Kind::call && is_rate_like(rates.name) &&
                        rates.children.size() == 1 && rates.children[0].kind == Kind::selector;
    return counts ? rates.children[0].name : "";
  }

  const std::string& query_;
  const Outline& root_;
  PerHostQuery result_;
  TextEdits edits_;
  std::string reason_;
  std::string range_;      // of a rate that was replaced
  bool replaces_ = false;  // labels of aggregations, instead of adding one
};

}  // namespace

Result<PerHostQuery, std::string> per_host(const std::string& query, const Outline& node,
                                           Several several) {
  return Rewriter(query, node).run(several);
}

}  // namespace canarygate
