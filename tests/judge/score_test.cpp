#include "checks/judge/score.h"

#include <doctest/doctest.h>

using namespace canarygate::judge;

namespace {

using Class = KayentaResult::Class;

ScoredMetric metric(const std::vector<std::string>& groups, Class classification,
                    bool critical = false) {
  return {"m", groups, classification, critical};
}

std::vector<ScoredMetric> many(std::size_t count, const ScoredMetric& one) {
  return std::vector<ScoredMetric>(count, one);
}

std::vector<ScoredMetric> operator+(std::vector<ScoredMetric> a,
                                    const std::vector<ScoredMetric>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

double value(const std::vector<ScoredMetric>& metrics,
             const std::map<std::string, double>& weights = {}) {
  return score(metrics, {weights, 95, 75}).value;
}

}  // namespace

TEST_CASE("a group's score is its share of passes, high, low and missing data against it") {
  CHECK(value(many(4, metric({"a"}, Class::pass))) == 100);
  CHECK(value(many(3, metric({"a"}, Class::pass)) + many(1, metric({"a"}, Class::high))) == 75);
  CHECK(value(many(3, metric({"a"}, Class::pass)) + many(1, metric({"a"}, Class::low))) == 75);
  CHECK(value(many(3, metric({"a"}, Class::pass)) +
              many(1, metric({"a"}, Class::nodata_fail_metric))) == 75);
}

TEST_CASE(
    "what could not be judged counts neither way, and a group of nothing else counts as 100") {
  const auto judged = many(1, metric({"a"}, Class::pass)) + many(1, metric({"a"}, Class::high));
  CHECK(value(judged + many(1, metric({"a"}, Class::nodata))) == 50);
  CHECK(value(judged + many(3, metric({"a"}, Class::error))) == 50);
  CHECK(value(judged + many(1, metric({"b"}, Class::error))) == 75);
  CHECK_FALSE(score(judged + many(1, metric({"b"}, Class::error)), {}).groups[1].score.has_value());
}

TEST_CASE("groups have their weights, and those without share the rest") {
  const auto metrics = many(1, metric({"a"}, Class::high)) + many(1, metric({"b"}, Class::pass)) +
                       many(1, metric({"c"}, Class::pass));
  CHECK(value(metrics) == 66.67);
  CHECK(value(metrics, {{"a", 60}}) == 40);
  CHECK(value(metrics, {{"a", 10}, {"b", 80}, {"c", 10}}) == 90);
  // Of a group without metrics the weight is lost.
  CHECK(value(metrics, {{"a", 20}, {"gone", 40}}) == 40);
  // Nobody checks that they come to 100.
  CHECK(value(metrics, {{"a", 100}, {"b", 100}, {"c", 100}}) == 200);
}

TEST_CASE("a metric counts in each of its groups, and without one in none") {
  const auto both = many(1, metric({"a", "b"}, Class::high)) + many(1, metric({"b"}, Class::pass));
  CHECK(value(both) == 25);
  CHECK(value(both + many(5, metric({}, Class::high))) == 25);
  CHECK(value(many(1, metric({}, Class::pass))) == 0);
}

TEST_CASE("a critical metric that did not pass makes it 0, whatever the others are") {
  const auto fine = many(9, metric({"a"}, Class::pass));
  const Score failed = score(fine + many(1, {"errors", {"a"}, Class::nodata, true}), {});
  CHECK(failed.value == 0);
  CHECK(failed.critical == "errors");
  CHECK(failed.groups.empty());
  CHECK(failed.classification == Score::Class::fail);
  CHECK(value(fine + many(1, metric({"a"}, Class::pass, true))) == 100);
}

TEST_CASE("half of the metrics without data make it 0; a failed one for want of data is no such") {
  const auto half = many(2, metric({"a"}, Class::pass)) + many(2, metric({"a"}, Class::nodata));
  CHECK(value(half) == 0);
  CHECK(score(half, {}).no_data);
  CHECK(value(half + many(1, metric({"a"}, Class::pass))) == 100);
  CHECK(value(many(1, metric({"a"}, Class::pass)) +
              many(1, metric({"a"}, Class::nodata_fail_metric))) == 50);
  CHECK(score({}, {}).no_data);
  CHECK(value({}) == 0);
}

TEST_CASE("the score is pass, marginal or fail by its two thresholds, each reached by equality") {
  const auto classed = [](std::size_t passed, double pass, double marginal) {
    return score(many(passed, metric({"a"}, Class::pass)) +
                     many(10 - passed, metric({"a"}, Class::high)),
                 {{}, pass, marginal})
        .classification;
  };
  CHECK(classed(9, 90, 50) == Score::Class::pass);
  CHECK(classed(8, 90, 50) == Score::Class::marginal);
  CHECK(classed(5, 90, 50) == Score::Class::marginal);
  CHECK(classed(4, 90, 50) == Score::Class::fail);
}
