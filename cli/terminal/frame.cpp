#include "cli/terminal/frame.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <span>
#include <string_view>

#include "checks/duration.h"
#include "checks/text.h"
#include "cli/terminal/columns.h"
#include "cli/terminal/sparkline.h"
#include "pipelines/numbers.h"

namespace canarygate {

namespace {

constexpr int kWidest = 120;        // beyond it the eye loses the line
constexpr int kWidestSpark = 32;    // columns
constexpr int kNarrowestSpark = 8;  // below it says nothing
constexpr int kGap = 2;             // between two columns of the table
constexpr int kRowsForExtras = 10;  // a lower screen has metrics in place of hosts and a header
constexpr std::int64_t kMostMarks = 20;

constexpr std::string_view kBold = "1";
constexpr std::string_view kDim = "2";

struct StateLook {
  std::string_view word;
  std::string_view colour;
  int severity = 0;  // the worst has the lowest
};

StateLook look_of(MetricState state) {
  constexpr std::string_view kRed = "1;31";
  constexpr std::string_view kYellow = "33";
  constexpr std::string_view kGreen = "32";
  switch (state) {
    case MetricState::worse:
      return {"WORSE", kRed, 0};
    case MetricState::silent:
      return {"SILENT", kRed, 0};
    case MetricState::limit:
      return {"OVER LIMIT", kRed, 0};
    case MetricState::trouble:
      return {"trouble", kYellow, 1};
    case MetricState::no_data:
      return {"no data", kYellow, 2};
    case MetricState::undecided:
      return {"undecided", kYellow, 3};
    case MetricState::no_data_yet:
      return {"no data yet", kYellow, 4};
    case MetricState::ok_so_far:
      return {"ok so far", kGreen, 5};
    case MetricState::ok:
      return {"ok", kGreen, 5};
    case MetricState::watching:
      break;
  }
  return {"watching", kDim, 5};
}
constexpr int kStateWidth = 11;  // "no data yet": the table does not jump from look to look

MetricState state_of(const judge::Finding& finding) {
  const std::string code = finding.reasons.empty() ? "" : finding.reasons.front().code;
  switch (finding.verdict) {
    case Verdict::pass:
      return MetricState::ok;
    case Verdict::fail:
      if (code == "canary_silent") return MetricState::silent;
      return code == "limit_exceeded" ? MetricState::limit : MetricState::worse;
    case Verdict::no_data:
      return MetricState::no_data;
    case Verdict::undecided:
      if (code != "window_incomplete") return MetricState::undecided;
      if (finding.canary.points == 0) return MetricState::no_data_yet;
      // Some tests need more points than the first look has.
      return finding.effect.estimate || finding.method == JudgeMethod::threshold
                 ? MetricState::ok_so_far
                 : MetricState::watching;
    case Verdict::trouble:
      break;
  }
  return MetricState::trouble;
}

/// `0:07`, `1:02:03`; what is left of a second counts as one.
std::string countdown(Duration left) {
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(left).count();
  if (seconds >= 3600) {
    return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }
  return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

/// The table's columns; a spark of 0 is left out.
struct Columns {
  int name = 0;
  int spark = 0;
  bool both = false;
  int change = 0;
};

class Painter {
 public:
  Painter(const FrameState& state, const FrameStyle& style)
      : state_(state),
        style_(style),
        glyphs_(glyphs(style.unicode)),
        // The last column stays free: terminals differ in what follows a character there.
        width_(std::clamp(style.columns - 1, 1, kWidest)),
        height_(static_cast<std::size_t>(std::max(1, style.rows - 1))) {}

  std::vector<std::string> paint() {
    const bool extras = height_ >= kRowsForExtras;
    plain(title(), kBold);
    plain(status());
    if (extras && state_.hosts) plain(hosts());
    measure();
    if (extras && columns_.spark > 0) header();
    metrics();
    lines_.resize(std::min(lines_.size(), height_));
    return std::move(lines_);
  }

 private:
  [[nodiscard]] std::string shown(std::string_view text) const {
    return showable(text, style_.unicode);
  }

  [[nodiscard]] std::string coloured(const std::string& text, std::string_view colour) const {
    if (!style_.colour || colour.empty() || text.empty()) return text;
    return fmt::format("\x1B[{}m{}\x1B[0m", colour, text);
  }

  [[nodiscard]] std::string cut(const std::string& text, int width) const {
    return cut_to(text, width, glyphs_.ellipsis);
  }

  void plain(const std::string& text, std::string_view colour = {}) {
    lines_.push_back(coloured(cut(text, width_), colour));
  }

  /// The first of `texts` that fits, or the last, cut.
  [[nodiscard]] std::string first_that_fits(std::span<const std::string> texts) const {
    for (const std::string& text : texts) {
      if (columns_of(text) <= width_) return text;
    }
    return cut(texts.back(), width_);
  }

  [[nodiscard]] std::string title() const {
    const std::string check = shown(state_.check);
    return state_.environment.empty() ? check : check + " in " + shown(state_.environment);
  }

  [[nodiscard]] std::string looks() const {
    if (state_.looks > kMostMarks) {
      return fmt::format("looks {}/{}", state_.looks_done, state_.looks);
    }
    std::string marks = "looks ";
    for (std::int64_t look = 0; look < state_.looks; ++look) {
      marks += look < state_.looks_done ? glyphs_.look_done : glyphs_.look_to_come;
    }
    return marks;
  }

  [[nodiscard]] std::string doing() const {
    if (!state_.until) return shown(state_.doing);
    const bool look = state_.waiting_for.starts_with("look ");
    const std::string what = shown(state_.waiting_for);
    // Half a second before it is due is now: there is no tick between the wait and what follows.
    const Duration left = *state_.until - state_.now;
    if (left <= std::chrono::milliseconds(500)) return look ? "looking" : "asking for " + what;
    const std::string time = countdown(left);
    return look ? "next look in " + time : fmt::format("waiting {} for {}", time, what);
  }

  [[nodiscard]] std::string status() const {
    const std::string_view between = glyphs_.between;
    if (state_.over) {
      const std::string verdict =
          state_.verdict.empty() ? "" : state_.verdict + std::string(between);
      if (!state_.window_start || !state_.window_end) return verdict + looks();
      return fmt::format("{}{}{}window {} to {}", verdict, looks(), between,
                         format_time_of_day(*state_.window_start),
                         format_time_of_day(*state_.window_end));
    }
    std::vector<std::string> texts;
    const std::string now = doing();
    const std::string usual = looks() + std::string(between) + now;
    if (state_.window_end && *state_.window_end > state_.now) {
      texts.push_back(fmt::format("{}{}window ends in {}", usual, between,
                                  countdown(*state_.window_end - state_.now)));
    }
    texts.push_back(usual);
    texts.push_back(now);
    return first_that_fits(texts);
  }

  [[nodiscard]] std::string hosts() const {
    const HostsOutcome& hosts = *state_.hosts;
    if (hosts.canary.empty()) return "hosts are told apart by the tags of their series";
    const std::string against =
        std::string(glyphs_.between) +
        (hosts.baseline.empty() ? "baseline: none, before against after"
                                : "baseline: " + count_of(hosts.baseline.size(), "host"));
    const std::vector<std::string> texts = {
        "canary: " + shown(list_of(hosts.canary)) + against,
        "canary: " + shown(list_of(hosts.canary, 1)) + against,
        "canary: " + count_of(hosts.canary.size(), "host") + against,
    };
    return first_that_fits(texts);
  }

  void measure() {
    int longest = 0;
    bool drawn = false;
    for (const MetricLine& metric : state_.metrics) {
      longest = std::max(longest, columns_of(shown(metric.name)));
      columns_.change = std::max(columns_.change, columns_of(shown(metric.change)));
      drawn = drawn || !metric.course.canary.empty() || !metric.course.baseline.empty();
    }
    const int right = kGap + columns_.change + kGap + kStateWidth;
    columns_.name = std::min(longest, std::max(12, width_ / 3));
    const int room = width_ - columns_.name - right;
    columns_.both = room >= 2 * (kGap + kNarrowestSpark);
    columns_.spark = std::min(kWidestSpark, columns_.both ? (room - 2 * kGap) / 2 : room - kGap);
    if (!drawn || columns_.spark < kNarrowestSpark) {
      columns_.spark = 0;
      columns_.name = std::min(longest, std::max(1, width_ - right));
    }
  }

  void header() {
    std::string text = padded("", columns_.name + kGap) + "canary";
    if (columns_.both) {
      text = padded(text, columns_.name + kGap + columns_.spark + kGap) + "baseline";
    }
    plain(text, kDim);
  }

  void metrics() {
    std::vector<const MetricLine*> all;
    for (const MetricLine& metric : state_.metrics) all.push_back(&metric);
    const std::size_t room = height_ > lines_.size() ? height_ - lines_.size() : 0;
    if (all.size() <= room) {
      for (const MetricLine* metric : all) row(*metric);
      return;
    }
    std::ranges::stable_sort(all, {}, [](const MetricLine* metric) {
      return std::pair(look_of(metric->state).severity,
                       metric->p_value.value_or(std::numeric_limits<double>::infinity()));
    });
    const std::size_t first = room > 0 ? room - 1 : 0;
    for (std::size_t i = 0; i < first; ++i) row(*all[i]);
    plain(fmt::format("{} and {} more", glyphs_.ellipsis, all.size() - first));
  }

  void row(const MetricLine& metric) {
    const std::string gap(kGap, ' ');
    const StateLook look = look_of(metric.state);
    std::string text = padded(cut(shown(metric.name), columns_.name), columns_.name);
    if (columns_.spark > 0) {
      const auto width = static_cast<std::size_t>(columns_.spark);
      const bool known = !metric.course.canary.empty() || !metric.course.baseline.empty();
      const SparkPair pair =
          known ? spark_pair(metric.course, metric.points, width, glyphs_) : SparkPair{};
      text += gap + padded(pair.canary, columns_.spark);
      if (columns_.both) text += gap + coloured(padded(pair.baseline, columns_.spark), kDim);
    }
    text += gap + padded_left(shown(metric.change), columns_.change) + gap;
    const int left = width_ - columns_of(text);
    if (left >= static_cast<int>(look.word.size())) {
      lines_.push_back(text + coloured(std::string(look.word), look.colour));
    } else {  // the state says more than the name
      const std::string word = cut(std::string(look.word), width_);
      const int name = std::max(0, width_ - columns_of(word) - 1);
      lines_.push_back(padded(cut(shown(metric.name), name), name) + (name > 0 ? " " : "") +
                       coloured(word, look.colour));
    }
  }

  const FrameState& state_;
  const FrameStyle& style_;
  const Glyphs& glyphs_;
  int width_;
  std::size_t height_;
  Columns columns_;
  std::vector<std::string> lines_;
};

}  // namespace

MetricLine metric_line(const MetricOutcome& metric, const WindowOutcome& window) {
  const judge::Finding& finding = metric.finding;
  MetricLine line;
  line.name = metric.spec.name;
  line.state = state_of(finding);
  if (const auto& estimate = finding.effect.estimate) {
    line.change = finding.effect.kind == judge::Effect::Kind::ratio
                      ? format_signed_percent(*estimate)
                      : format_signed_quantity(*estimate, metric.spec.unit);
  }
  line.p_value = finding.p_value;
  line.course = metric.course;
  if (window.step.count() > 0) line.points = (window.end - window.start) / window.step;
  return line;
}

std::vector<std::string> frame(const FrameState& state, const FrameStyle& style) {
  return Painter(state, style).paint();
}

std::vector<std::string> frames(std::span<const FrameState> states, const FrameStyle& style) {
  std::vector<std::string> lines;
  int left = std::max(1, style.rows - 1);
  for (std::size_t i = 0; i < states.size() && left > 0; ++i) {
    FrameStyle own = style;
    own.rows = std::max(1, left / static_cast<int>(states.size() - i)) + 1;
    for (std::string& line : frame(states[i], own)) lines.push_back(std::move(line));
    left = std::max(1, style.rows - 1) - static_cast<int>(lines.size());
  }
  return lines;
}

}  // namespace canarygate
