#include "checks/promql/histogram.h"

#include <cmath>

#include "tests/promql/stored.h"

using namespace canarygate;
using namespace canarygate::promql;
using namespace canarygate::test;

namespace {

constexpr double kInf = INFINITY;

const std::vector<Bucket> kPlain = {{1, 10}, {2, 20}, {4, 30}, {kInf, 40}};

}  // namespace

TEST_CASE("a quantile is interpolated within its bucket") {
  CHECK(bucket_quantile(0.125, kPlain) == 0.5);
  CHECK(bucket_quantile(0.25, kPlain) == 1);
  CHECK(bucket_quantile(0.375, kPlain) == 1.5);
  CHECK(bucket_quantile(0.625, kPlain) == 3);
  CHECK(bucket_quantile(0, kPlain) == 0);
}

TEST_CASE("a quantile beyond the highest finite bound is that bound") {
  CHECK(bucket_quantile(0.76, kPlain) == 4);
  CHECK(bucket_quantile(1, kPlain) == 4);
}

TEST_CASE("quantiles that are none") {
  CHECK(bucket_quantile(-0.1, kPlain) == -kInf);
  CHECK(bucket_quantile(1.1, kPlain) == kInf);
  CHECK(std::isnan(bucket_quantile(NAN, kPlain)));
}

TEST_CASE("buckets that say nothing have no quantile") {
  CHECK(std::isnan(bucket_quantile(0.5, {{1, 10}, {2, 20}})));
  CHECK(std::isnan(bucket_quantile(0.5, {{kInf, 20}})));
  CHECK(std::isnan(bucket_quantile(0.5, {{1, 0}, {kInf, 0}})));
}

TEST_CASE("a lowest bucket of zero or below has no width") {
  CHECK(bucket_quantile(0.1, {{-1, 4}, {2, 8}, {kInf, 8}}) == -1);
  CHECK(bucket_quantile(0.1, {{0, 4}, {2, 8}, {kInf, 8}}) == 0);
  CHECK(bucket_quantile(0, {{0, 0}, {2, 8}, {kInf, 8}}) == 0);
  CHECK(bucket_quantile(0.75, {{-1, 4}, {2, 8}, {kInf, 8}}) == 0.5);
}

TEST_CASE("counts that fall are raised to the one below") {
  CHECK(bucket_quantile(0.75, {{1, 10}, {2, 6}, {3, 20}, {kInf, 20}}) == 2.5);
  // Falls by rounding: the last bucket adds nothing, so the highest quantile is in the first one.
  CHECK(bucket_quantile(1, {{1, 0.3}, {2, 0.1 + 0.2}, {kInf, 0.3}}) == 1);
}

TEST_CASE("equal bounds are one bucket") {
  CHECK(bucket_quantile(0.25, {{1, 4}, {1, 6}, {2, 20}, {kInf, 40}}) == 1);
}

TEST_CASE("each histogram has its own buckets, whatever the order of the series") {
  StoredSamples samples;
  for (const char* host : {"a", "b"}) {
    const double more = host[0] == 'a' ? 1 : 2;
    samples.add({{"__name__", "t_bucket"}, {"host", host}, {"le", "+Inf"}}, {{1, 4 * more}});
    samples.add({{"__name__", "t_bucket"}, {"host", host}, {"le", "1e1"}}, {{1, 3}});
    samples.add({{"__name__", "t_bucket"}, {"host", host}, {"le", "2.0"}}, {{1, 1}});
    samples.add({{"__name__", "t_bucket"}, {"host", host}, {"le", "wide"}}, {{1, 99}});
    samples.add({{"__name__", "t_bucket"}, {"host", host}, {"le", "NaN"}}, {{1, 99}});
    samples.add({{"__name__", "t_bucket"}, {"host", host}}, {{1, 99}});
  }
  // a: rank 2 is half-way from 1 to 3, between 2 and 10. b: rank 4 is beyond 10.
  CHECK(values_at(samples, "histogram_quantile(0.5, t_bucket)", 1) ==
        std::map<Labels, double>{{{{"host", "a"}}, 6}, {{{"host", "b"}}, 10}});
  CHECK(values_at(samples, "histogram_quantile(0.5, t_bucket{le=\"\"})", 1).empty());
}

TEST_CASE("two histograms that only their names tell apart are refused") {
  StoredSamples samples;
  for (const char* name : {"x_bucket", "y_bucket"}) {
    samples.add({{"__name__", name}, {"host", "a"}, {"le", "1"}}, {{1, 1}});
    samples.add({{"__name__", name}, {"host", "a"}, {"le", "+Inf"}}, {{1, 1}});
  }
  CHECK(evaluate_at(samples, "histogram_quantile(0.5, {le!=\"\"})", 1).error() ==
        "several series would be {host=\"a\"} once the metric's name is left out; select one "
        "metric, or aggregate them first");
}
