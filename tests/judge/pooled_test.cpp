/// Mann-Whitney and Kayenta's judge in a gate: what they are asked, and what becomes of the answer.
#include "checks/judge/pooled.h"

#include <doctest/doctest.h>

#include <random>

#include "tests/judge/build.h"

namespace canarygate::test {

using namespace judge;

namespace {

using Class = KayentaResult::Class;

double uniform(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11U) / 9007199254740992.0;
}

/// Points that are independent of one another, hosts that are alike; `factor` on the canary's.
Value independent(std::uint64_t seed, double factor = 1) {
  return [=](const std::string& host, std::int64_t i) {
    std::mt19937_64 random(seed * 1'000'003 +
                           static_cast<std::uint64_t>(host[0] * 16 + host[1]) * 101 +
                           static_cast<std::uint64_t>(i + 100'000));
    random.discard(3);
    const double value = 10 + 2 * uniform(random);
    return host.front() == 'c' ? value * factor : value;
  };
}

JudgeInput asked(JudgeMethod method, std::int64_t points = 20, std::int64_t looks = 1) {
  JudgeInput input = input_of(line_of(points, looks), {"c1"}, {"b1"});
  input.settings.method = method;
  return input;
}

std::vector<double> side(const Value& value, const std::string& host, std::int64_t points) {
  std::vector<double> values;
  for (std::int64_t i = 1; i <= points; ++i) values.push_back(value(host, i));
  return values;
}

Verdict verdict_of(const JudgeInput& input) { return only_finding(input).verdict; }

}  // namespace

TEST_CASE("the gate's verdict by Kayenta's judge is Kayenta's own on the same numbers") {
  int failed = 0;
  int passed = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const double factor = 0.9 + 0.01 * static_cast<double>(seed % 21);
    const Value value = independent(seed, factor);
    KayentaSettings settings;
    settings.direction = KayentaSettings::Direction::increase;
    settings.allowed_increase = 1.05;
    settings.allowed_decrease = 0.95;
    const KayentaResult own = classify(side(value, "c1", 20), side(value, "b1", 20), settings);
    JudgeInput input = asked(JudgeMethod::kayenta);
    add_metric(input, "m", value).spec.allow = 0.05;
    const Finding finding = only_finding(input);
    CHECK((finding.verdict == Verdict::fail) == (own.classification == Class::high));
    CHECK((finding.verdict == Verdict::pass) == (own.classification == Class::pass));
    CHECK(finding.effect.estimate == own.estimate);
    CHECK(finding.effect.lower == own.lower);
    CHECK(finding.effect.upper == own.upper);
    failed += finding.verdict == Verdict::fail ? 1 : 0;
    passed += finding.verdict == Verdict::pass ? 1 : 0;
  }
  CHECK(failed > 5);
  CHECK(passed > 5);
}

TEST_CASE("a published case of Kayenta's ends in the gate as it does there") {
  // spinnaker/spinnaker#6278: seven of ten at 100 against all at 1 pass, eight of ten do not.
  const auto with = [](std::int64_t high) {
    JudgeInput input = asked(JudgeMethod::kayenta, 10);
    add_metric(input, "m", [=](const std::string& host, std::int64_t i) {
      return host == "c1" && i <= high ? 100.0 : 1.0;
    });
    return verdict_of(input);
  };
  CHECK(with(7) == Verdict::pass);
  CHECK(with(8) == Verdict::fail);
}

TEST_CASE("Kayenta's direction and allowed change are the metric's, unless its own keys say else") {
  MetricSpec spec;
  spec.worse = Worse::lower;
  spec.allow = 0.1;
  spec.critical = true;
  JudgeSettings settings;
  KayentaSettings kayenta = kayenta_settings(spec, settings);
  CHECK(kayenta.direction == KayentaSettings::Direction::decrease);
  CHECK(kayenta.allowed_increase == doctest::Approx(1.1));
  CHECK(kayenta.allowed_decrease == doctest::Approx(0.9));
  CHECK(kayenta.critical);
  settings.kayenta.direction = KayentaSettings::Direction::either;
  settings.kayenta.measure = KayentaSettings::Measure::cles;
  kayenta = kayenta_settings(spec, settings);
  CHECK(kayenta.direction == KayentaSettings::Direction::either);
  CHECK_FALSE(kayenta.allowed_increase.has_value());
}

TEST_CASE("both pool the points of all judged hosts, from the window's start to the look") {
  JudgeInput input = input_of(line_of(4, 2), {"c1", "c2"}, {"b1", "b2"});
  add_counts(
      input, "m", [](const std::string&, std::int64_t i) { return static_cast<double>(i); },
      [](const std::string& host, std::int64_t i) { return host == "c2" && i == 1 ? 0.0 : 10.0; });
  const Fleet fleet = make_fleet(input);
  const Subject subject = make_subject(input, fleet, input.metrics[0]);
  const Pooled pooled = pool(subject.points, {{2, 3}, {0}}, 2).present();
  // A point whose total is 0 has no share.
  CHECK(pooled.canary == std::vector<double>{0.1, 0.2, 0.2});
  CHECK(pooled.baseline == std::vector<double>{0.1, 0.2});
}

TEST_CASE("Kayenta may take a missing point for 0, but not a side without any") {
  JudgeInput input = asked(JudgeMethod::kayenta);
  input.settings.min_coverage = 0.2;
  input.settings.kayenta.nan = KayentaSettings::Nan::replace;
  MetricData& half = add_metric(
      input, "m",
      [](const std::string& host, std::int64_t i) {
        return host == "c1" && i % 4 != 0 ? kNothing : 10 + 0.1 * static_cast<double>(i % 7);
      },
      Worse::lower);
  CHECK(verdict_of(input) == Verdict::fail);
  input.settings.kayenta.nan = KayentaSettings::Nan::remove;
  CHECK(verdict_of(input) == Verdict::pass);

  input.settings.kayenta.nan = KayentaSettings::Nan::replace;
  std::ranges::fill(half.values.values, kNothing);
  const Finding nothing = only_finding(input);
  CHECK(nothing.verdict == Verdict::no_data);
  input.settings.kayenta.must_have_data = true;
  const Finding must = only_finding(input);
  CHECK(must.verdict == Verdict::fail);
  CHECK(code_of(must) == "no_data");
}

TEST_CASE("a share whose total is 0 throughout has no numbers") {
  for (const JudgeMethod method : {JudgeMethod::kayenta, JudgeMethod::mann_whitney}) {
    JudgeInput input = asked(method);
    add_counts(
        input, "m", [](const std::string&, std::int64_t) { return 0.0; },
        [](const std::string& host, std::int64_t) { return host == "c1" ? 0.0 : 10.0; });
    const Finding finding = only_finding(input);
    CHECK(finding.verdict == Verdict::no_data);
    CHECK(text_of(finding) ==
          "'m' has no numbers of the canary in the window: its `total` is 0 throughout");
  }
}

TEST_CASE("a share with numbers at few points only is not passed, unless it may have so few") {
  for (const KayentaSettings::Nan nan :
       {KayentaSettings::Nan::remove, KayentaSettings::Nan::replace}) {
    JudgeInput input = asked(JudgeMethod::kayenta);
    input.settings.kayenta.nan = nan;
    add_counts(
        input, "m",
        [](const std::string& host, std::int64_t i) {
          return host == "c1" ? 0.0 : static_cast<double>(i % 2);
        },
        [](const std::string& host, std::int64_t i) {
          return host == "c1" && i % 10 != 0 ? 0.0 : 10.0;
        });
    const Finding finding = only_finding(input);
    CHECK(finding.verdict == Verdict::undecided);
    CHECK(text_of(finding) ==
          "'m' has numbers only at 2 of 20 points of the canary, fewer than the 60 % that "
          "min_coverage asks for: its `total` is 0 at the others; a longer `window.step`, or judge "
          "placebo, which counts events instead of points, needs less traffic");
    input.settings.min_coverage = 0.1;
    CHECK(verdict_of(input) == Verdict::pass);
  }
}

TEST_CASE("numbers too small for Kayenta's search pass as in Kayenta, but not without a warning") {
  const auto judged_at = [](double level, JudgeMethod method) {
    JudgeInput input = asked(method);
    add_metric(input, "m", [=](const std::string& host, std::int64_t i) {
      return level * independent(1, 1.15)(host, i) / 10;
    });
    return only_finding(input);
  };
  const auto warned = [](const Finding& finding) {
    return std::ranges::count(finding.warnings, "coarse_search", &Reason::code) == 1;
  };
  const Finding large = judged_at(1, JudgeMethod::kayenta);
  CHECK(large.verdict == Verdict::fail);
  CHECK_FALSE(warned(large));
  const Finding small = judged_at(1e-5, JudgeMethod::kayenta);
  CHECK(small.verdict == Verdict::pass);
  REQUIRE(warned(small));
  CHECK(
      small.warnings[0].text ==
      "m is around 1.3e-05, and Kayenta's judge searches for a difference in steps of 0.00005, so "
      "it may miss even a large one; let the query return a smaller unit (% instead of a share, "
      "ms instead of s), or take another judge");
  CHECK_FALSE(warned(judged_at(1e-5, JudgeMethod::mann_whitney)));
  CHECK_FALSE(warned(judged_at(0, JudgeMethod::kayenta)));
}

TEST_CASE("what Kayenta cannot compute is undecided, and says what to do") {
  JudgeInput input = asked(JudgeMethod::kayenta);
  input.settings.min_coverage = 0;
  add_metric(input, "m", [](const std::string& host, std::int64_t i) {
    return i > 1 && i < 20 ? kNothing : host == "c1" ? 3.0 : 2.0;
  });
  JudgeInput one = input;
  one.metrics[0].values.values[19] = one.metrics[0].values.values[39] = kNothing;
  CHECK(code_of(only_finding(one)) != "");
  JudgeInput shortest = asked(JudgeMethod::kayenta, 1);
  add_metric(shortest, "m",
             [](const std::string& host, std::int64_t) { return host == "c1" ? 3.0 : 2.0; });
  const Finding finding = only_finding(shortest);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(text_of(finding) ==
        "Kayenta's test cannot be computed for m: it has a single value on each side, or all "
        "differences between the sides are the same; a longer window gives it more values");
}

TEST_CASE("neither judge vouches for its own rate of false alarms") {
  for (const JudgeMethod method : {JudgeMethod::kayenta, JudgeMethod::mann_whitney}) {
    JudgeInput input = asked(method);
    add_metric(input, "m", independent(4));
    const Finding finding = only_finding(input);
    CHECK(finding.method == method);
    CHECK(finding.evidence == Evidence::weak);
    REQUIRE(finding.warnings.size() == 1);
    CHECK(finding.warnings[0].code == "independence_assumed");
    CHECK(finding.p_value.has_value() == (method == JudgeMethod::mann_whitney));
    CHECK(finding.sensitivity.has_value() == (method == JudgeMethod::mann_whitney));
  }
}

TEST_CASE("of independent points Mann-Whitney stops no more good gates than false_alarms") {
  // Three metrics, five looks, α = 5 %; the bound is α and three standard errors of 400 runs.
  constexpr int kRuns = 400;
  int failed = 0;
  for (int run = 0; run < kRuns; ++run) {
    JudgeInput input = input_of(line_of(20, 5), {"c1", "c2"}, {"b1", "b2", "b3"});
    input.settings.method = JudgeMethod::mann_whitney;
    input.settings.false_alarms = 0.05;
    for (std::uint64_t metric = 0; metric < 3; ++metric) {
      add_metric(input, "m" + std::to_string(metric),
                 independent(static_cast<std::uint64_t>(run) * 7 + metric), Worse::either);
    }
    failed += judge::judge(input).stopped_at_look ? 1 : 0;
  }
  const double bound = 0.05 + 3 * std::sqrt(0.05 * 0.95 / kRuns);
  CHECK(failed <= bound * kRuns);
  CHECK(failed > 0);
}

TEST_CASE("Mann-Whitney tells a change from one that is allowed") {
  const auto verdict = [](double factor, double allow, Worse worse) {
    JudgeInput input = input_of(line_of(20, 2), {"c1", "c2"}, {"b1", "b2", "b3"});
    input.settings.method = JudgeMethod::mann_whitney;
    add_metric(input, "m", independent(11, factor), worse).spec.allow = allow;
    return verdict_of(input);
  };
  CHECK(verdict(1.3, 0, Worse::higher) == Verdict::fail);
  CHECK(verdict(1.3, 0.5, Worse::higher) == Verdict::pass);
  CHECK(verdict(1.3, 0, Worse::lower) == Verdict::pass);
  CHECK(verdict(0.7, 0, Worse::lower) == Verdict::fail);
  CHECK(verdict(0.7, 0.5, Worse::lower) == Verdict::pass);
  CHECK(verdict(0.7, 0, Worse::either) == Verdict::fail);
  CHECK(verdict(1.3, 0, Worse::either) == Verdict::fail);
  CHECK(verdict(1.3, 0.5, Worse::either) == Verdict::pass);
}

TEST_CASE("Mann-Whitney's effect is the shift of the logarithms, however small the numbers") {
  for (const double size : {1.0, 1e-6}) {
    for (const Scale scale : {Scale::automatic, Scale::difference}) {
      JudgeInput input = asked(JudgeMethod::mann_whitney);
      MetricData& data = add_metric(input, "m", [=](const std::string& host, std::int64_t i) {
        return size * (host == "c1" ? 2.0 : 1.0) * (100 + static_cast<double>(i));
      });
      data.spec.scale = scale;
      const Finding finding = only_finding(input);
      REQUIRE(finding.effect.estimate.has_value());
      // Brute force: the median of all 400 differences.
      std::vector<double> all;
      for (int a = 1; a <= 20; ++a) {
        for (int b = 1; b <= 20; ++b) {
          all.push_back(scale == Scale::difference ? size * (2 * (100 + a) - (100 + b))
                                                   : std::log(2.0 * (100 + a) / (100 + b)));
        }
      }
      std::ranges::sort(all);
      const double middle = (all[199] + all[200]) / 2;
      const double expected = scale == Scale::difference ? middle : std::expm1(middle);
      CHECK(*finding.effect.estimate == doctest::Approx(expected).epsilon(0.001));
      CHECK(*finding.effect.lower < *finding.effect.estimate);
      CHECK(*finding.effect.upper > *finding.effect.estimate);
    }
  }
}

TEST_CASE("with too few points for the test ever to fail nothing passes") {
  JudgeInput input = asked(JudgeMethod::mann_whitney, 3);
  add_metric(input, "m", independent(3));
  const Finding finding = only_finding(input);
  CHECK(finding.verdict == Verdict::undecided);
  CHECK(text_of(finding) ==
        "m has too few points (3 of the canary, 3 of the baseline): were all of the canary's worse "
        "than all others, the Mann-Whitney test could not be sure enough; a longer window or a "
        "shorter step gives it more");
}

TEST_CASE("nothing but zeros on both sides passes, and zeros against ones do not") {
  JudgeInput input = asked(JudgeMethod::mann_whitney);
  MetricData& data = add_metric(input, "m", [](const std::string&, std::int64_t) { return 0.0; });
  CHECK(verdict_of(input) == Verdict::pass);
  for (std::size_t i = 20; i < 40; ++i) data.values.values[i] = 1;  // b1 before c1
  CHECK(verdict_of(input) == Verdict::fail);
}

TEST_CASE("where most numbers are the same, a rare one more is not claimed to be seen") {
  JudgeInput input = asked(JudgeMethod::mann_whitney, 40);
  add_metric(input, "m", [](const std::string& host, std::int64_t i) {
    return host == "b1" && i % 10 == 0 ? 1.0 : 0.0;
  });
  // Twice the baseline's mean of 0.1 is drowned by a standard error of 0.05.
  CHECK(code_of(only_finding(input)) == "insensitive");
}

TEST_CASE("placebo and Mann-Whitney share one budget of false alarms") {
  const auto p_of = [](bool with_placebo) {
    JudgeInput input = input_of(line_of(10, 1, 40, 12), {"c1", "c2"}, {"b1", "b2", "b3", "b4"});
    MetricData& ours = add_metric(input, "m", independent(21, 1.1));
    ours.spec.judge = input.settings;
    ours.spec.judge->method = JudgeMethod::mann_whitney;
    if (with_placebo) add_metric(input, "n", independent(22));
    return *judge::judge(input).findings[0].adjusted_p_value;
  };
  CHECK(p_of(true) == doctest::Approx(2 * p_of(false)));
}

}  // namespace canarygate::test
