#include "cli/terminal/bar.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/duration.h"
#include "cli/terminal/screen.h"
#include "pipelines/ci_environment.h"

namespace canarygate {

namespace {

constexpr std::int64_t kWidth = 30;
constexpr std::int64_t kQuarters = 4;
constexpr Duration kRedraw = std::chrono::milliseconds(100);
constexpr Duration kSoonest = std::chrono::seconds(2);  // before it a guess is worth nothing

}  // namespace

void Bar::show(const std::string& what, std::int64_t done, std::int64_t all) {
  if (style_ == Style::none || all == 0) return;
  if (what != what_) {
    what_ = what;
    begun_ = clock_.elapsed();
    told_ = -1;
  }
  style_ == Style::drawn ? draw(done, all) : tell(done, all);
}

void Bar::draw(std::int64_t done, std::int64_t all) {
  const Duration now = clock_.elapsed();
  if (drawn_ && done < all && now - drawn_at_ < kRedraw) return;
  drawn_ = true;
  drawn_at_ = now;
  const auto filled = static_cast<std::size_t>(kWidth * done / all);
  std::string left;
  if (done > 0 && done < all && now - begun_ > kSoonest) {
    const Duration rest = (now - begun_) * (all - done) / done;
    left = ", about " + format_duration(std::chrono::ceil<std::chrono::seconds>(rest)) + " left";
  }
  err_ << fmt::format("\r\x1b[K[{}{}] {}: {} of {}{}", std::string(filled, '='),
                      std::string(static_cast<std::size_t>(kWidth) - filled, ' '), what_, done, all,
                      left)
       << std::flush;
}

void Bar::tell(std::int64_t done, std::int64_t all) {
  const std::int64_t quarters = kQuarters * done / all;
  if (quarters <= told_) return;
  told_ = quarters;
  err_ << fmt::format("{}: {} of {}\n", what_, done, all) << std::flush;
}

void Bar::clear() {
  if (drawn_) err_ << "\r\x1b[K" << std::flush;
  drawn_ = false;
}

Bar::Style bar_style(const Options& options, const Ports& ports) {
  if (options.verbosity == Options::Verbosity::quiet) return Bar::Style::none;
  const bool usual = options.verbosity == Options::Verbosity::normal;
  const bool watched =
      stderr_can_be_drawn_on(ports.variables) && read_ci_environment(ports.variables).empty();
  return usual && watched ? Bar::Style::drawn : Bar::Style::lines;
}

}  // namespace canarygate
