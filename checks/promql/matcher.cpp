#include "checks/promql/matcher.h"

#include <fmt/format.h>
#include <re2/re2.h>

#include <algorithm>

#include "checks/text.h"

namespace canarygate::promql {

namespace {

// What RE2 takes by default. A pattern of some thousand host names needs a tenth of it.
constexpr std::int64_t kMostPatternMemory = 8 << 20;

std::shared_ptr<const re2::RE2> compile(const std::string& pattern) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_dot_nl(true);  // as Prometheus 3
  options.set_max_mem(kMostPatternMemory);
  return std::make_shared<const re2::RE2>(pattern, options);
}

}  // namespace

bool Matcher::accepts(std::string_view label_value) const {
  switch (op) {
    case Op::equal:
      return label_value == value;
    case Op::not_equal:
      return label_value != value;
    case Op::matches:
    case Op::matches_not:
      break;
  }
  const re2::StringPiece text(label_value.data(), label_value.size());
  return re2::RE2::FullMatch(text, *pattern) == (op == Op::matches);
}

Result<Matcher, std::string> make_matcher(std::string label, Matcher::Op op, std::string value) {
  Matcher matcher{std::move(label), op, std::move(value), nullptr};
  if (op == Matcher::Op::equal || op == Matcher::Op::not_equal) return matcher;
  matcher.pattern = compile(matcher.value);
  if (!matcher.pattern->ok()) {
    return unexpected(fmt::format("the regular expression '{}' cannot be used: {}",
                                  printable(shorten(matcher.value, 60)),
                                  printable(shorten(matcher.pattern->error(), 100))));
  }
  return matcher;
}

bool accepts(std::span<const Matcher> matchers, const Labels& labels) {
  return std::ranges::all_of(matchers, [&](const Matcher& matcher) {
    const auto label = labels.find(matcher.label);
    return matcher.accepts(label == labels.end() ? std::string_view() : label->second);
  });
}

}  // namespace canarygate::promql
