#include "checks/judge/subject.h"

#include <algorithm>

#include "checks/judge/caps.h"
#include "checks/judge/choose_summary.h"
#include "checks/judge/host_points.h"
#include "checks/judge/presence.h"
#include "checks/judge/restless.h"
#include "checks/judge/spread.h"
#include "checks/stats/distributions.h"
#include "checks/stats/summary.h"

namespace canarygate::judge {

namespace {

constexpr std::size_t kDaysForTimeOfDay = 5;
/// Below so many events per host and window the log of a count is a poor number.
constexpr double kRare = 5.0;

/// Every canary host that reports now must have a past to be compared with, or none is.
bool references_exist(const std::vector<Presence>& presence, const Subject& subject,
                      const Fleet& fleet, const JudgeInput& input) {
  const Timeline& line = input.timeline;
  if (line.reference == 0 || input.looks_done == 0) return false;
  const std::int64_t elapsed = line.looks[static_cast<std::size_t>(input.looks_done) - 1];
  bool any_baseline = input.before_after;
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    const bool past = presence[host].covers(-line.gap - line.reference, line.reference,
                                            subject.settings.min_coverage);
    if (!fleet.canary[host]) any_baseline = any_baseline || past;
    if (fleet.canary[host] && presence[host].present(0, elapsed) > 0 && !past) return false;
  }
  return any_baseline;
}

/// At the points `from`..`to`, of the hosts for which `of` is true.
template <typename Of>
NumbersSeen seen_between(std::int64_t from, std::int64_t to, const Fleet& fleet, const Rows& rows,
                         Of of) {
  NumbersSeen seen;
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    if (!of(host)) continue;
    rows.for_each(host, from, to, [&](std::int64_t, double x) { seen.add(x); });
  }
  return seen;
}

std::vector<std::int64_t> days_of(const Timeline& line) {
  std::vector<std::int64_t> days{0};
  const Duration day = std::chrono::hours(24);
  for (const std::int64_t base : line.bases) {
    days.push_back((-base * line.step + day / 2) / day);
  }
  return days;
}

std::vector<std::int64_t> level_groups(const Subject& subject, const MeasureRequest& request) {
  const Timeline& line = request.input.timeline;
  if (request.input.before_after) {
    std::vector<std::int64_t> each(line.bases.size() + 1);
    for (std::size_t w = 0; w < each.size(); ++w) each[w] = static_cast<std::int64_t>(w);
    return line.bases.size() > 1 ? each : std::vector<std::int64_t>{};
  }
  if (!line.same_time_of_day) return {};
  const std::vector<std::int64_t> days = days_of(line);
  Cube seen(line.bases.size() + 1, 1, request.fleet.size());
  for (std::size_t w = 1; w < seen.windows; ++w) {
    for (std::size_t host = 0; host < seen.hosts; ++host) {
      if (subject.present[w][host]) seen.row(w, 0)[host] = 0;
    }
  }
  const std::vector<std::size_t> count = groups_seen(seen, days);
  const bool enough = std::ranges::all_of(
      request.today.canary, [&](std::uint32_t host) { return count[host] >= kDaysForTimeOfDay; });
  return enough ? days : std::vector<std::int64_t>{};
}

/// Of a metric whose null is measured only now is asked about any more; of a hundred metrics the
/// history's numbers would be hundreds of megabytes.
void forget_history(Subject& subject) {
  subject.d = subject.d.now();
  if (subject.noise) subject.noise->forget_history();
  CountCubes& cubes = subject.cubes;
  for (Cube* cube : {&cubes.events, &cubes.expected, &cubes.residual}) *cube = cube->now();
}

bool has_no_past(const Subject& subject, std::uint32_t host) {
  return std::ranges::none_of(subject.present,
                              [&](const std::vector<bool>& hosts) { return hosts[host]; });
}

bool has_few_baselines(const Subject& subject, const MeasureRequest& request) {
  const std::size_t baselines = request.today.baseline.size();
  return baselines > 0 && baselines < kFewBaselines && subject.use_reference &&
         !subject.new_canary && subject.windows >= kFewestWindows;
}

/// How far the canary is beyond the margin by its own past, in units that are on its side: where
/// both agree the difference decides.
double own_score(const Subject& subject, std::size_t part, const Sides& sides,
                 const Margin& margin) {
  constexpr double kInDoubt = 1.25;
  const double unbounded = std::numeric_limits<double>::infinity();
  if (!subject.own_past) return unbounded;
  double score = -unbounded;
  for (const OwnPast::Change& change : {subject.own_past->of(part, sides.canary, sides.baseline),
                                        subject.own_past->alone(part, sides.canary)}) {
    if (std::isnan(change.value)) return unbounded;
    score = std::max(score, margin.beyond(change.value, subject.spec->worse) / change.error);
  }
  return kInDoubt * score;
}

}  // namespace

Sides sides_of(const Fleet& fleet, const std::vector<bool>& judged) {
  Sides sides;
  for (std::uint32_t host = 0; host < fleet.size(); ++host) {
    if (!judged[host]) continue;
    (fleet.canary[host] ? sides.canary : sides.baseline).push_back(host);
  }
  return sides;
}

double Margin::beyond(double difference, Worse worse) const {
  switch (worse) {
    case Worse::higher:
      return difference - up;
    case Worse::lower:
      return -difference - down;
    case Worse::either:
      break;
  }
  return std::max(difference - up, -difference - down);
}

Subject make_subject(const JudgeInput& input, const Fleet& fleet, const MetricData& data) {
  const Timeline& line = input.timeline;
  Subject subject;
  subject.spec = &data.spec;
  subject.settings = data.spec.judge.value_or(input.settings);
  subject.statistics = subject.settings.method == JudgeMethod::placebo;
  subject.points = {Rows(fleet, data.values, line.first()), Rows(), data.total.has_value()};
  if (data.total) subject.points.total = Rows(fleet, *data.total, line.first());
  subject.scale.ratio = false;
  if (!subject.statistics) return subject;
  subject.counts = data.spec.counts() &&
                   (data.total.has_value() || typical_count(fleet, line, subject.points) < kRare);
  const auto everybody = [](std::size_t) { return true; };
  const auto baseline = [&](std::size_t host) { return !fleet.canary[host]; };
  const Rows& rows = subject.points.values;
  const NumbersSeen past = seen_between(line.first(), -line.gap, fleet, rows, everybody);
  subject.scale = choose_scale(
      data.spec, past, [&] { return seen_between(1, line.points, fleet, rows, everybody); });
  const NumbersSeen level =
      past.all > 0 ? past : seen_between(1, line.points, fleet, rows, baseline);
  if (!subject.scale.ratio && !subject.counts && data.spec.summary == "auto") {
    set_caps(subject.scale, data.spec, rows, fleet, line);
  }
  subject.level = level.all > 0 ? level.sizes / static_cast<double>(level.all) : 0.0;
  std::vector<Presence> presence;
  for (std::size_t host = 0; host < fleet.size(); ++host) {
    presence.emplace_back(line, subject.points, host);
  }
  subject.use_reference = references_exist(presence, subject, fleet, input);
  subject.present.assign(line.bases.size() + 1, std::vector<bool>(fleet.size(), false));
  const double share = subject.settings.min_coverage;
  for (std::size_t w = 1; w < subject.present.size(); ++w) {
    const std::int64_t base = line.bases[w - 1];
    for (std::size_t host = 0; host < fleet.size(); ++host) {
      subject.present[w][host] =
          presence[host].covers(base, line.points, share) &&
          (!subject.use_reference ||
           presence[host].covers(base - line.gap - line.reference, line.reference, share));
    }
  }
  return subject;
}

std::vector<std::size_t> windows_with_enough(const Subject& subject,
                                             const MeasureRequest& request) {
  const std::size_t enough = request.today.canary.size() + (request.input.before_after ? 0U : 1U);
  std::vector<std::size_t> windows;
  for (std::size_t w = 1; w < subject.present.size(); ++w) {
    const auto hosts = static_cast<std::size_t>(std::ranges::count(subject.present[w], true));
    if (hosts >= enough) windows.push_back(w);
  }
  return windows;
}

void measure(Subject& subject, const MeasureRequest& request) {
  const bool before_after = request.input.before_after;
  const Timeline& line = request.input.timeline;
  const SummaryRequest all{request.fleet, line, subject.points, subject.settings.min_coverage,
                           request.looks_done};
  const PartWeights weights = part_weights(line);
  subject.new_canary = std::ranges::any_of(
      request.today.canary, [&](std::uint32_t host) { return has_no_past(subject, host); });
  subject.level_groups = level_groups(subject, request);
  subject.windows = windows_with_enough(subject, request).size();
  if (subject.counts) {
    subject.cubes = count_cubes(all, subject.use_reference, before_after);
    subject.d = subject.cubes.residual;
    subject.null = make_null(score_count_draws(subject.cubes, request.draws, subject.spec->worse),
                             weights, subject.spec->worse, true);
  } else {
    SummaryChoice choice(subject, request);
    Summariser likely(all, choice[0]);
    Steps steps(line, request.fleet.size(), before_after);
    HostPoints points(subject.scale, line);
    for (std::size_t host = 0; host < request.fleet.size(); ++host) {
      points.load(subject.points.values, host);
      choice.add(host, points);
      likely.add(host, points);
      steps.add(host, points);
    }
    const std::vector<std::size_t> older = line.older_windows();
    const std::size_t best = choice.best();
    subject.scale = choice[best];
    subject.d =
        adjust(best == 0 ? likely.take() : summarise(all, subject.scale),
               {request.fleet, subject.use_reference, subject.level_groups, before_after, older});
    subject.own_past.reset();
    if (has_few_baselines(subject, request)) subject.own_past.emplace(subject.d);
    subject.noise.emplace(subject.d, before_after, older);
    subject.noise->set_restlessness(steps.restlessness(request.looks_done), line.looks,
                                    tests_spread(*subject.spec));
    const DrawScores drawn =
        score_draws({subject.d, *subject.noise, request.draws, before_after, {}, {}});
    subject.typical_spread = drawn.typical_spread;
    subject.null = make_null(drawn.scores, weights, subject.spec->worse, false);
  }
  subject.degrees = degrees_of_freedom(subject.d, before_after);
  if (subject.new_canary) {
    // Levels of hosts are all there is to tell a new one by. Rates of rare events are skewed, and a
    // sum of k of them hardly less: they are worth as many numbers as there are sets of k.
    const auto k = static_cast<double>(request.today.canary.size());
    const auto m = static_cast<double>(request.today.baseline.size());
    const double by_hosts = subject.counts ? std::floor(m / k) : 2.0 * (m - 1.0);
    subject.degrees = std::max(1.0, std::min(subject.degrees, by_hosts));
  }
  forget_history(subject);
}

void measure_now(Subject& subject, const MeasureRequest& request) {
  const PartWeights weights = part_weights(request.input.timeline);
  const Worse worse = subject.spec->worse;
  if (subject.counts) {
    extend_null(subject.null, score_count_draws(subject.cubes, request.draws, worse), weights,
                worse);
    return;
  }
  const DrawScores drawn =
      score_draws({subject.d, *subject.noise, request.draws, request.input.before_after,
                   request.today.baseline, subject.typical_spread});
  extend_null(subject.null, drawn.scores, weights, worse);
}

Observation observe(const Subject& subject, std::size_t part, const Sides& sides,
                    const Margin& margin) {
  Observation seen;
  std::vector<std::uint32_t> left_out;
  for (std::uint32_t host = 0; host < subject.d.hosts; ++host) {
    if (!std::ranges::binary_search(sides.canary, host) &&
        !std::ranges::binary_search(sides.baseline, host)) {
      left_out.push_back(host);
    }
  }
  const Worse worse = subject.spec->worse;
  if (subject.counts) {
    seen.counts = two_counts(subject.cubes, 0, part, sides.canary, left_out);
    const stats::TwoCounts& n = seen.counts;
    seen.seen = n.expected > 0 && n.other_expected > 0;
    if (!seen.seen) return seen;
    // Both sides are drawn towards "as expected", so that nothing against nothing is no effect.
    const double pseudo = subject.spec->pseudo_count;
    seen.effect = std::log((n.events + pseudo) / (n.expected + pseudo)) -
                  std::log((n.other_events + pseudo) / (n.other_expected + pseudo));
    seen.beyond = margin.beyond(seen.effect, worse);
    seen.unit =
        subject.null.sd[part] * std::sqrt(1 / (n.events + pseudo) + 1 / (n.other_events + pseudo));
    const double score =
        oriented(count_score(n, worse, std::expm1(margin.up), -std::expm1(-margin.down)), worse);
    seen.degrees = subject.degrees;
    seen.z = stats::t_to_z(score / subject.null.sd[part], seen.degrees);
    return seen;
  }
  const WindowContrast window(subject.d.span(0, part), subject.noise->of(0, part), false,
                              sides.baseline);
  const WindowContrast alone(subject.d.span(0, part), subject.noise->of(0, part), true);
  const Contrast contrast = (sides.baseline.empty() ? alone : window).of(sides.canary, left_out);
  seen.seen = !std::isnan(contrast.difference);
  if (!seen.seen) return seen;
  seen.effect = contrast.difference;
  seen.restless = contrast.restless;
  seen.others_restless = contrast.others_restless;
  seen.steps = contrast.steps;
  seen.beyond = margin.beyond(seen.effect, worse);
  const double score = contrast.score(subject.typical_spread[part]);
  const double per_score = seen.effect != 0.0 && score != 0.0
                               ? seen.effect / score
                               : contrast.noise * divisor(subject.typical_spread[part]);
  seen.unit = per_score * subject.null.sd[part];
  // A number that is none must not be compared with anything.
  seen.seen = std::isfinite(seen.unit) && !std::isnan(seen.beyond);
  if (!seen.seen) return seen;
  const double nothing = 1e-9 * (subject.scale.ratio ? 1.0 : subject.level);
  seen.constant = !(seen.unit > nothing);
  seen.degrees = std::max(1.0, 1 / (1 / subject.degrees + 1 / contrast.degrees));
  seen.z = seen.constant ? 0.0
                         : stats::t_to_z(std::min(seen.beyond / seen.unit,
                                                  own_score(subject, part, sides, margin)),
                                         seen.degrees);
  if (seen.constant && seen.beyond <= nothing) seen.beyond = std::min(seen.beyond, 0.0);
  return seen;
}

double last_unit(const Subject& subject, const Sides& sides) {
  const std::size_t last = subject.d.whole;
  return noise_of(subject.noise->variances(0, last), sides) *
         divisor(subject.typical_spread[last]) * subject.null.sd[last];
}

}  // namespace canarygate::judge
