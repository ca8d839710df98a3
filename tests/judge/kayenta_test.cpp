#include "checks/judge/kayenta.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace canarygate::judge;

namespace {

using Values = std::vector<double>;
using Class = KayentaResult::Class;
using Settings = canarygate::KayentaSettings;
using Direction = Settings::Direction;
using Measure = Settings::Measure;
using Nan = Settings::Nan;
using Outliers = Settings::Outliers;

const double kGap = std::nan("");

Values times(std::size_t count, double value) { return Values(count, value); }

Values operator+(Values a, const Values& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

Class class_of(const Values& control, const Values& experiment, const Settings& settings = {}) {
  return classify(experiment, control, settings).classification;
}

}  // namespace

TEST_CASE("7 of 10 points at 100 pass in Kayenta, with the numbers that it published") {
  Settings settings;
  settings.allowed_increase = 1.05;
  const auto result = classify(times(7, 100) + times(3, 1), times(10, 1), settings);
  CHECK(result.classification == Class::pass);
  CHECK(*result.lower == doctest::Approx(6.825022991538781E-5).epsilon(1e-6));
  CHECK(*result.upper == 99.0);
  CHECK(*result.estimate == doctest::Approx(98.99992904170193).epsilon(1e-12));
  CHECK(class_of(times(10, 1), times(8, 100) + times(2, 1), settings) == Class::high);
}

TEST_CASE("what Kayenta's users reported comes out as they reported it") {
  CHECK(class_of(times(6, 0), {0, 1, 2, 1, 0, 0}) == Class::pass);
  CHECK(class_of(times(10, 0), {0, .048, 0, .18, .089, 0, .098, .035, 0, 0}) == Class::pass);
  CHECK(class_of(times(5, 0), {1, 4, 2, 3, 1}) == Class::high);
  CHECK(class_of({.1, .11, .12}, {.5, .55, .52}) == Class::high);
  const auto zero_mean = classify(Values{54.9, 54.5, 55.1, 55.6, 57.4}, times(5, 0), {});
  CHECK(zero_mean.classification == Class::high);
  CHECK_FALSE(zero_mean.ratio.has_value());
}

TEST_CASE("only the direction that was asked for counts") {
  const Values low = {1, 2, 3, 4, 5, 6};
  const Values high = {11, 12, 13, 14, 15, 16};
  CHECK(class_of(low, high) == Class::high);
  CHECK(class_of(high, low) == Class::low);
  Settings settings;
  settings.direction = Direction::decrease;
  CHECK(class_of(low, high, settings) == Class::pass);
  CHECK(class_of(high, low, settings) == Class::low);
  settings.direction = Direction::increase;
  CHECK(class_of(low, high, settings) == Class::high);
  CHECK(class_of(high, low, settings) == Class::pass);
}

TEST_CASE("an effect within its limit passes, on both scales and at the limit itself") {
  const Values control = {99, 100, 101, 98, 102};
  const Values experiment = {199, 200, 201, 198, 202};  // twice the mean, larger in every pair
  Settings settings;
  settings.allowed_increase = 2.0;
  CHECK(class_of(control, experiment, settings) == Class::high);
  settings.allowed_increase = 2.01;
  CHECK(class_of(control, experiment, settings) == Class::pass);
  settings.allowed_decrease = 0.5;
  CHECK(class_of(experiment, control, settings) == Class::low);
  settings.allowed_decrease = 0.49;
  CHECK(class_of(experiment, control, settings) == Class::pass);
  settings = {};
  settings.measure = Measure::cles;
  CHECK(class_of(control, experiment, settings) == Class::high);
  settings.allowed_increase = 1.0;
  CHECK(class_of(control, experiment, settings) == Class::high);
  settings.allowed_increase = 1.01;
  CHECK(class_of(control, experiment, settings) == Class::pass);
}

TEST_CASE("a critical metric within its critical limit is an ordinary failure") {
  const Values control = {99, 100, 101, 98, 102};
  const Values experiment = {199, 200, 201, 198, 202};
  Settings settings;
  settings.critical = true;
  CHECK(classify(experiment, control, settings).critical);
  CHECK(classify(control, experiment, settings).critical);
  CHECK_FALSE(classify(control, control, settings).critical);
  settings.critical_increase = 2.5;
  settings.critical_decrease = 0.4;
  CHECK(classify(experiment, control, settings).classification == Class::high);
  CHECK_FALSE(classify(experiment, control, settings).critical);
  CHECK(classify(control, experiment, settings).classification == Class::low);
  CHECK_FALSE(classify(control, experiment, settings).critical);
  settings = {};
  CHECK_FALSE(classify(experiment, control, settings).critical);
}

TEST_CASE("a side without numbers is Nodata, a failure of the metric or, replaced, a pass") {
  const Values some = {1, 2, 3};
  for (const Values& none : {Values{}, Values{kGap, kGap}}) {
    Settings settings;
    CHECK(class_of(some, none) == Class::nodata);
    CHECK(class_of(none, some) == Class::nodata);
    CHECK(class_of(none, none) == Class::nodata);
    settings.must_have_data = true;
    CHECK(class_of(some, none, settings) == Class::nodata_fail_metric);
    CHECK_FALSE(classify(none, some, settings).critical);
    settings.critical = true;
    CHECK(class_of(some, none, settings) == Class::nodata);
    CHECK(classify(none, some, settings).critical);
    const auto result = classify(none, some, settings);
    CHECK(result.ratio == 1.0);
    CHECK_FALSE(result.estimate.has_value());
  }
  Settings replace;
  replace.nan = Nan::replace;
  CHECK(class_of(some, {}, replace) == Class::pass);
  CHECK(class_of(times(5, 40), times(5, kGap), replace) == Class::low);
}

TEST_CASE("gaps are left out, or are zeros, side by side") {
  const Values control = {10, 11, 12, 13, 14, 15, 16, 17};
  const Values half_gone = {10, 11, 12, 13, kGap, kGap, kGap, kGap};
  const auto removed = classify(half_gone, control, {});
  CHECK(*removed.ratio == doctest::Approx(11.5 / 13.5));
  Settings settings;
  settings.nan = Nan::replace;
  CHECK(*classify(half_gone, control, settings).ratio == doctest::Approx(5.75 / 13.5));
}

TEST_CASE("the same numbers pass in any order, and so does one value alone") {
  const auto shuffled = classify(Values{3, 1, 2, 2}, Values{2, 3, 2, 1}, {});
  CHECK(shuffled.classification == Class::pass);
  CHECK(shuffled.ratio == 1.0);
  CHECK(class_of(times(3, 7), times(9, 7)) == Class::pass);
  CHECK(class_of(times(3, 0), times(9, 0)) == Class::pass);
}

TEST_CASE("two constant sides that differ are told apart, the same way every time") {
  const auto result = classify(times(8, 5.5), times(12, 5), {});
  CHECK(result.classification == Class::high);
  CHECK(*result.ratio == doctest::Approx(1.1).epsilon(1e-12));
  CHECK(std::abs(*result.estimate - 0.5) < 1e-4);
  CHECK(std::abs(*result.lower - 0.5) < 5e-4);
  const auto again = classify(times(8, 5.5), times(12, 5), {});
  CHECK(result.lower == again.lower);
  CHECK(result.upper == again.upper);
}

TEST_CASE("one number against another is an error: every shift ties them") {
  for (const double other : {8.516158, 0.1, 3e300, -4.0}) {
    const auto result = classify(Values{other}, Values{7.896467}, {});
    CHECK(result.classification == Class::error);
    CHECK_FALSE(result.ratio.has_value());
    CHECK_FALSE(result.lower.has_value());
    CHECK_FALSE(result.critical);
  }
}

TEST_CASE("numbers too large to compute with are an error, not a pass") {
  CHECK(classify(times(8, 1e308), times(12, 1), {}).classification == Class::error);
  // The sums are infinite, the shift is not: an effect that is unknown holds nothing back.
  Values large;
  for (int i = 0; i < 12; ++i) large.push_back(6e307 + 1e306 * i);
  Values larger;
  for (const double value : large) larger.push_back(value + 5e307);
  const auto result = classify(larger, large, {});
  CHECK_FALSE(result.ratio.has_value());
  CHECK(result.classification == Class::high);
}

TEST_CASE("outliers go by quartiles and percentiles of type 7, after the gaps, once") {
  // 1..11: quartiles 3.5 and 8.5, so factor 1 puts the upper fence at 13.5. With 20 added the
  // quartiles are 3.75 and 9.25, the fence 14.75, but P99 is 11 + .89 * 9 = 19.01.
  const Values plain = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  Settings settings;
  settings.outliers = Outliers::remove;
  settings.outlier_factor = 1.0;
  const auto trimmed = classify(plain + Values{20, kGap}, plain, settings);
  CHECK(trimmed.classification == Class::pass);
  CHECK(trimmed.ratio == 1.0);  // 20 is gone: the same numbers
  settings.outliers = Outliers::keep;
  CHECK(*classify(plain + Values{20, kGap}, plain, settings).ratio > 1.1);
  // Below P99 nothing goes, however narrow the fences are.
  settings.outliers = Outliers::remove;
  settings.outlier_factor = 0.0;
  CHECK(*classify(plain + Values{0.5, 12}, plain + Values{0.4, 12}, settings).ratio == 1.0);
}

TEST_CASE("the order of the numbers changes nothing") {
  Values control = {3.5, 1.25, 9, 4, 4, 6, 2};
  Values experiment = {8, 8.5, 3, 9, 12, 7.75, 4};
  const auto before = classify(experiment, control, {});
  std::ranges::reverse(control);
  std::ranges::sort(experiment);
  const auto after = classify(experiment, control, {});
  CHECK(before.lower == after.lower);
  CHECK(before.upper == after.upper);
  CHECK(before.estimate == after.estimate);
  CHECK(before.ratio == after.ratio);
}

TEST_CASE("each class has the name that Kayenta gives it") {
  CHECK(to_string(Class::pass) == std::string("Pass"));
  CHECK(to_string(Class::high) == std::string("High"));
  CHECK(to_string(Class::low) == std::string("Low"));
  CHECK(to_string(Class::nodata) == std::string("Nodata"));
  CHECK(to_string(Class::nodata_fail_metric) == std::string("NodataFailMetric"));
  CHECK(to_string(Class::error) == std::string("Error"));
}
