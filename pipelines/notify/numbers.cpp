#include "pipelines/notify/numbers.h"

#include <fmt/format.h>

#include <cmath>

#include "checks/text.h"

namespace canarygate::notify {

namespace {

constexpr std::size_t kLongestWord = 100;

}  // namespace

std::string word_of(const std::string& text) {
  std::string word;
  for (const char c : text.substr(0, kLongestWord)) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
    word += plain ? c : '_';
  }
  return word.empty() ? "_" : word;
}

std::string stem_of(const std::string& prefix, const Notice& notice) {
  std::string stem;
  for (const std::string& part : split(prefix, '.')) stem += word_of(part) + ".";
  return stem + word_of(notice.check) + ".";
}

std::string digits_of(double value) { return fmt::format("{}", value); }

std::string Number::path() const {
  if (labels.empty()) return name;
  const std::string label = word_of(labels.front().second);
  const std::size_t dot = name.find('.');
  if (dot == std::string::npos) return name + "." + label;
  return name.substr(0, dot) + "." + label + name.substr(dot);
}

std::vector<Number> numbers_of(const Notice& notice) {
  using Kind = Number::Kind;
  std::vector<Number> numbers;
  for (const Verdict verdict :
       {Verdict::pass, Verdict::fail, Verdict::no_data, Verdict::undecided, Verdict::trouble}) {
    numbers.push_back({Kind::count,
                       "verdict",
                       {{"verdict", to_string(verdict)}},
                       notice.verdict == verdict ? 1.0 : 0.0});
  }
  numbers.push_back({Kind::count, "would_have_failed", {}, notice.hard_exit_code != 0 ? 1.0 : 0.0});
  numbers.push_back({Kind::time, "duration", {}, static_cast<double>(notice.took.count())});
  for (const Notice::Metric& metric : notice.metrics) {
    const auto add = [&](Kind kind, const char* name, const std::optional<double>& value) {
      if (!value || !std::isfinite(*value)) return;
      numbers.push_back({kind, name, {{"metric", metric.name}}, *value});
    };
    add(Kind::count, "metric.failed", metric.verdict == Verdict::fail ? 1.0 : 0.0);
    add(Kind::gauge, "metric.effect", metric.effect.estimate);
    add(Kind::gauge, "metric.canary", metric.canary);
    add(Kind::gauge, "metric.baseline", metric.baseline);
  }
  return numbers;
}

}  // namespace canarygate::notify
