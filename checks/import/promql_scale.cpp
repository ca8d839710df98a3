#include "checks/import/promql_scale.h"

#include <fmt/format.h>

#include <algorithm>

namespace canarygate {

namespace {

using promql::Outline;

constexpr QueryScale kUnknown{0, 0, false};

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

QueryScale plus(QueryScale scale, int hosts, int time) {
  return {scale.hosts + hosts, scale.time + time, scale.is_known};
}

QueryScale of_binary(const Outline& node, const QueryScale& left, const QueryScale& right) {
  const bool known = left.is_known && right.is_known;
  if (node.name == "*") return {left.hosts + right.hosts, left.time + right.time, known};
  if (node.name == "/") return {left.hosts - right.hosts, left.time - right.time, known};
  const bool same = left.hosts == right.hosts && left.time == right.time;
  if (!known || !same) return kUnknown;
  if (is_one_of(node.name, {"+", "-"})) return left;
  return left.is_plain() ? left : kUnknown;
}

QueryScale of_aggregation(const Outline& node, std::string_view query,
                          const std::string& host_label) {
  const QueryScale inner = scale_of(node.children.back(), query, host_label);
  if (picks_series(node.name)) return inner;
  const bool adds = is_one_of(node.name, {"sum", "count"});
  return adds && !keeps_label(node, host_label) ? plus(inner, 1, 0) : inner;
}

QueryScale of_call(const Outline& node, std::string_view query, const std::string& host_label) {
  // A quantile is the same of any multiple of its buckets.
  if (node.name == "histogram_quantile") return {};
  QueryScale scale;
  for (const Outline& child : node.children) {
    if (is_scalar(child) || child.kind == Outline::Kind::string) continue;
    scale = scale_of(child, query, host_label);
    break;
  }
  if (!counts_over_range(node.name)) return scale;
  const bool is_replaced =
      !node.children.empty() && node.children[0].kind == Outline::Kind::selector;
  return is_replaced ? plus(scale, 0, 1) : scale;
}

}  // namespace

QueryScale scale_of(const Outline& node, std::string_view query, const std::string& host_label) {
  switch (node.kind) {
    case Outline::Kind::number:
    case Outline::Kind::string:
    case Outline::Kind::selector:
      return {};
    case Outline::Kind::call:
      return of_call(node, query, host_label);
    case Outline::Kind::aggregation:
      return node.children.empty() ? kUnknown : of_aggregation(node, query, host_label);
    case Outline::Kind::binary:
      return of_binary(node, scale_of(node.children[0], query, host_label),
                       scale_of(node.children[1], query, host_label));
    case Outline::Kind::unary:
    case Outline::Kind::group:
    case Outline::Kind::subquery:
      return scale_of(node.children[0], query, host_label);
  }
  return kUnknown;
}

bool is_rate_like(std::string_view function) {
  return is_one_of(function, {"rate", "irate", "increase", "delta", "idelta", "deriv"});
}

bool counts_over_range(std::string_view function) {
  return is_one_of(function, {"increase", "delta"});
}

bool picks_series(std::string_view aggregation) {
  return is_one_of(aggregation, {"topk", "bottomk", "limitk", "limit_ratio"});
}

std::string why_no_host(std::string_view function) {
  if (is_one_of(function, {"absent", "absent_over_time", "present_over_time"})) {
    return fmt::format(
        "`{}` is about series that are not there; canarygate itself fails a canary "
        "that falls silent",
        function);
  }
  if (is_one_of(function, {"predict_linear", "holt_winters", "double_exponential_smoothing"})) {
    return fmt::format("`{}` is a forecast", function);
  }
  if (is_one_of(function, {"scalar", "vector", "count_values"})) {
    return fmt::format("`{}` has no hosts", function);
  }
  return "";
}

bool keeps_label(const Outline& aggregation, const std::string& host_label) {
  if (!aggregation.labels) return false;
  const auto& names = aggregation.labels->names;
  const bool named = std::ranges::find(names, host_label) != names.end();
  return named == (aggregation.labels->word == "by");
}

bool is_scalar(const Outline& node) {
  switch (node.kind) {
    case Outline::Kind::number:
      return true;
    case Outline::Kind::call:
      return is_one_of(node.name, {"time", "pi", "scalar"});
    case Outline::Kind::binary:
      return is_scalar(node.children[0]) && is_scalar(node.children[1]);
    case Outline::Kind::unary:
    case Outline::Kind::group:
      return is_scalar(node.children[0]);
    default:
      return false;
  }
}

}  // namespace canarygate
