/// A query as a tree. Only parse.cpp builds one, so whatever is in a tree has the right type: the
/// operand of a function or an aggregation is a vector where it must be one.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "checks/clock.h"
#include "checks/promql/matcher.h"

namespace canarygate::promql {

enum class Type { number, vector, range };

struct Node;
using NodePointer = std::shared_ptr<const Node>;

struct Number {
  double value = 0;
};

struct Selector {
  std::vector<Matcher> matchers;
  Duration range{0};  ///< 0 selects an instant vector
};

enum class RangeFunction { rate, irate, increase, delta };

struct RangeCall {
  RangeFunction function = RangeFunction::rate;
  Selector selector;
};

enum class AggregationKind { sum, avg, min, max, count };

struct Aggregation {
  AggregationKind kind = AggregationKind::sum;
  bool without = false;
  std::vector<std::string> labels;  ///< of `by` and `without`
  NodePointer operand;
};

struct HistogramQuantile {
  NodePointer quantile;
  NodePointer buckets;
};

struct Negation {
  NodePointer operand;
};

enum class Operator { add, subtract, multiply, divide };

struct Operation {
  Operator what = Operator::add;
  NodePointer left;
  NodePointer right;
};

struct Node {
  std::variant<Number, Selector, RangeCall, Aggregation, HistogramQuantile, Negation, Operation>
      what;
  Type type = Type::number;
  int height = 1;  ///< levels of the tree, this one among them
};

}  // namespace canarygate::promql
