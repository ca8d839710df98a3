#include "checks/import/promql_alert.h"

#include <fmt/format.h>

#include "checks/import/promql_per_host.h"

namespace canarygate {

namespace {

using promql::Outline;

bool is_comparison(const Outline& node) {
  return node.kind == Outline::Kind::binary &&
         std::string_view("=!<>").find(node.name.front()) != std::string_view::npos;
}

bool is_set(const Outline& node, std::string_view name) {
  return node.kind == Outline::Kind::binary && node.name == name;
}

class Taker {
 public:
  explicit Taker(std::string_view query) : query_(query) {}

  PromqlAlerts found;

  void take(const Outline& wrapped, std::vector<std::string> guards) {
    const Outline& node = promql::inside(wrapped);
    if (is_set(node, "or")) {
      take(node.children[0], guards);
      take(node.children[1], std::move(guards));
    } else if (is_set(node, "and") || is_set(node, "unless")) {
      take_guarded(node, std::move(guards));
    } else if (is_comparison(node)) {
      take_comparison(node, std::move(guards));
    } else if (node.kind == Outline::Kind::call && node.name.starts_with("absent")) {
      found.reasons.push_back(
          fmt::format("`{}` is about series that are not there; canarygate itself fails a canary "
                      "that falls silent",
                      shown(node)));
    } else {
      found.reasons.push_back(fmt::format("`{}` is compared with no number", shown(node)));
    }
  }

 private:
  [[nodiscard]] std::string shown(const Outline& node) const {
    return shown_query(node.place.of(query_));
  }

  /// Of `a > 1 and b` the comparison is what counts, of two comparisons the first.
  void take_guarded(const Outline& node, std::vector<std::string> guards) {
    const bool both = node.name == "and";
    const bool second = both && !compares(node.children[0]) && compares(node.children[1]);
    const Outline& measured = node.children[second ? 1 : 0];
    const Outline& guard = node.children[second ? 0 : 1];
    const std::size_t begin = second ? guard.place.begin : node.word.begin;
    const std::size_t end = second ? node.word.end : guard.place.end;
    guards.push_back(shown_query(query_.substr(begin, end - begin)));
    take(measured, std::move(guards));
  }

  [[nodiscard]] static bool compares(const Outline& wrapped) {
    const Outline& node = promql::inside(wrapped);
    const bool joins = is_set(node, "or") || is_set(node, "and") || is_set(node, "unless");
    return is_comparison(node) || (joins && compares(node.children[0]));
  }

  void take_comparison(const Outline& node, std::vector<std::string> guards) {
    if (node.name == "==" || node.name == "!=") {
      found.reasons.push_back(
          fmt::format("`{}` asks for one exact value, which is no limit", shown(node)));
      return;
    }
    const auto left = promql::constant(node.children[0], query_);
    const auto right = promql::constant(node.children[1], query_);
    if (left.has_value() == right.has_value()) {
      found.reasons.push_back(fmt::format("`{}` compares two {} with each other", shown(node),
                                          left ? "numbers" : "queries"));
      return;
    }
    const bool greater = node.name.front() == '>';
    found.alerts.push_back({&promql::inside(node.children[left ? 1 : 0]), left ? !greater : greater,
                            left ? *left : *right, node.name.size() == 2, std::move(guards)});
  }

  std::string_view query_;
};

}  // namespace

PromqlAlerts alerts_of(const Outline& root, std::string_view query) {
  Taker taker(query);
  taker.take(root, {});
  return std::move(taker.found);
}

}  // namespace canarygate
