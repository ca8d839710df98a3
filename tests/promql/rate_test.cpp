#include "checks/promql/rate.h"

#include <cmath>

#include "tests/promql/stored.h"

using namespace canarygate;
using namespace canarygate::promql;
using namespace canarygate::test;

namespace {

/// Of a counter `a` with these samples.
double of(Written written, std::string_view query, double at) {
  StoredSamples samples;
  samples.add({{"__name__", "a"}}, written);
  return value_at(samples, query, at);
}

std::size_t results_of(Written written, std::string_view query, double at) {
  StoredSamples samples;
  samples.add({{"__name__", "a"}}, written);
  return values_at(samples, query, at).size();
}

}  // namespace

TEST_CASE("samples near both ends of a range stand for all of it") {
  // 30 over the 30 s between the samples, and 5 s are missing at each end.
  const Written counter = {{5, 100}, {15, 110}, {25, 120}, {35, 130}};
  CHECK(of(counter, "increase(a[40s])", 40) == doctest::Approx(40));
  CHECK(of(counter, "rate(a[40s])", 40) == doctest::Approx(1));
  CHECK(of(counter, "delta(a[40s])", 40) == doctest::Approx(40));
  CHECK(of(counter, "irate(a[40s])", 40) == doctest::Approx(1));
}

TEST_CASE("a range has its end and not its beginning") {
  const Written counter = {{10, 1000}, {20, 1001}, {30, 1003}};
  CHECK(results_of(counter, "rate(a[10s])", 30) == 0);
  CHECK(results_of(counter, "rate(a[10s])", 29.999) == 0);
  CHECK(of(counter, "irate(a[10s1ms])", 30) == doctest::Approx(0.2));
  // (10, 30] holds 1001 and 1003, 10 s apart and 10 s after the beginning.
  CHECK(of(counter, "increase(a[20s])", 30) == doctest::Approx(4));
}

TEST_CASE("a series that begins or ends within the range is extrapolated by half a step") {
  const Written counter = {{70, 1000}, {80, 1010}, {90, 1020}};
  // 20 s are sampled; 70 s before are too many and count as 5, the 10 s after count.
  CHECK(of(counter, "increase(a[100s])", 100) == doctest::Approx(20 * 35 / 20.0));
  CHECK(of(counter, "rate(a[100s])", 100) == doctest::Approx(0.35));
  // 11 s are 1.1 steps: a little more is too many on either side, a little less is not.
  CHECK(of(counter, "increase(a[42s2ms])", 101.001) == doctest::Approx(30).epsilon(1e-9));
  CHECK(of(counter, "increase(a[41s998ms])", 100.999) == doctest::Approx(41.998).epsilon(1e-9));
}

TEST_CASE("a counter is not extrapolated below zero, a gauge is") {
  // It was 0 one second before the first sample.
  const Written counter = {{9, 1}, {19, 11}, {29, 21}, {39, 31}};
  CHECK(of(counter, "increase(a[40s])", 40) == doctest::Approx(30 * 32 / 30.0));
  CHECK(of(counter, "delta(a[40s])", 40) == doctest::Approx(30 * 40 / 30.0));
  const Written began = {{70, 2}, {80, 12}, {90, 22}};
  CHECK(of(began, "increase(a[100s])", 100) == doctest::Approx(20 * 32 / 20.0));
}

TEST_CASE("a counter that falls began again at zero") {
  const Written counter = {{5, 100}, {15, 110}, {25, 5}, {35, 15}};
  // 10 + 5 + 10 over 30 s; it is far enough from 0 at the beginning.
  CHECK(of(counter, "increase(a[40s])", 40) == doctest::Approx(25 * 40 / 30.0));
  CHECK(of(counter, "delta(a[40s])", 40) == doctest::Approx(-85 * 40 / 30.0));
  CHECK(of(counter, "irate(a[20s])", 30) == doctest::Approx(0.5));
  CHECK(of(counter, "irate(a[20s])", 40) == doctest::Approx(1));
}

TEST_CASE("one sample has no rate, and a stale marker is no sample") {
  CHECK(results_of({{5, 100}}, "rate(a[40s])", 40) == 0);
  CHECK(results_of({{5, 100}, {15, stale_marker()}}, "increase(a[40s])", 40) == 0);
  CHECK(of({{5, 100}, {15, stale_marker()}, {25, 120}}, "delta(a[30s])", 30) ==
        doctest::Approx(30));
  CHECK(std::isnan(of({{5, 100}, {15, NAN}}, "delta(a[20s])", 20)));
}
