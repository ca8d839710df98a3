#include <algorithm>

#include "checks/promql/node.h"
#include "checks/promql/parse.h"

namespace canarygate::promql {

namespace {

/// Every selector of the tree, from left to right.
template <typename Visit>
void for_each_selector(const Node& node, const Visit& visit) {
  const auto below = [&](const NodePointer& child) { for_each_selector(*child, visit); };
  if (const auto* selector = std::get_if<Selector>(&node.what)) visit(*selector);
  if (const auto* call = std::get_if<RangeCall>(&node.what)) visit(call->selector);
  if (const auto* aggregation = std::get_if<Aggregation>(&node.what)) below(aggregation->operand);
  if (const auto* quantile = std::get_if<HistogramQuantile>(&node.what)) below(quantile->buckets);
  if (const auto* negation = std::get_if<Negation>(&node.what)) below(negation->operand);
  if (const auto* operation = std::get_if<Operation>(&node.what)) {
    below(operation->left);
    below(operation->right);
  }
}

}  // namespace

std::vector<std::vector<Matcher>> Query::selectors() const {
  std::vector<std::vector<Matcher>> all;
  for_each_selector(*root_, [&](const Selector& selector) { all.push_back(selector.matchers); });
  return all;
}

Duration Query::longest_range() const {
  Duration longest{0};
  for_each_selector(*root_,
                    [&](const Selector& selector) { longest = std::max(longest, selector.range); });
  return longest;
}

}  // namespace canarygate::promql
