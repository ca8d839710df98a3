// Variance components of a two-way table by their mean squares (Searle, Casella & McCulloch 1992,
// 4.3): windows common to all hosts, and what is left.
#include "checks/judge/own_past.h"

#include <algorithm>
#include <cmath>

namespace canarygate::judge {

namespace {

/// Takes each host's mean over the history off all of its numbers.
Cube without_levels(const Cube& d) {
  Cube out = d;
  for (std::size_t part = 0; part < d.parts; ++part) {
    for (std::size_t host = 0; host < d.hosts; ++host) {
      double sum = 0;
      double count = 0;
      for (std::size_t w = 1; w < d.windows; ++w) {
        const double value = d.row(w, part)[host];
        if (std::isnan(value)) continue;
        sum += value;
        count += 1;
      }
      for (std::size_t w = 0; w < d.windows; ++w) out.row(w, part)[host] -= sum / count;
    }
  }
  return out;
}

/// Mean and number of those that are there.
struct Mean {
  double sum = 0;
  double count = 0;

  void add(double value) {
    if (std::isnan(value)) return;
    sum += value;
    count += 1;
  }
  [[nodiscard]] double value() const { return sum / count; }
};

}  // namespace

OwnPast::OwnPast(const Cube& d) : spread_(d.parts) {
  const Cube changes = without_levels(d);
  now_ = changes.now();
  for (std::size_t part = 0; part < d.parts; ++part) {
    double apart = 0;
    double apart_count = 0;
    Mean squares;
    for (std::size_t w = 1; w < d.windows; ++w) {
      const std::span<const double> row = changes.span(w, part);
      Mean mean;
      for (const double value : row) mean.add(value);
      if (mean.count < 2) continue;
      for (const double value : row) {
        if (std::isnan(value)) continue;
        squares.add(value * value);
        apart += (value - mean.value()) * (value - mean.value());
      }
      apart_count += mean.count - 1;
      spread_[part].windows += 1;
    }
    if (apart_count == 0) continue;
    spread_[part].own = apart / apart_count;
    spread_[part].common = std::max(0.0, squares.value() - spread_[part].own);
  }
}

OwnPast::Change OwnPast::of(std::size_t part, std::span<const std::uint32_t> canary,
                            std::span<const std::uint32_t> baseline) const {
  const std::span<const double> row = now_.span(0, part);
  Mean ours;
  Mean theirs;
  for (const std::uint32_t host : canary) ours.add(row[host]);
  for (const std::uint32_t host : baseline) theirs.add(row[host]);
  const auto& [common, own, windows] = spread_[part];
  if (ours.count == 0 || theirs.count == 0 || !(own > 0.0)) return {};
  const double noise = own / theirs.count;  // of the baseline's mean
  const double likely = common / (common + noise);
  // β is a correlation of so many windows. What it may be too high by is not held against the
  // canary, and what it is off by counts times what the baseline did.
  const double doubt = (1 - likely * likely) / std::sqrt(windows);
  const double beta = std::max(0.0, likely - doubt);
  const double off = doubt * theirs.value();
  return {ours.value() - beta * theirs.value(),
          std::sqrt(own / ours.count + likely * noise + off * off)};
}

OwnPast::Change OwnPast::alone(std::size_t part, std::span<const std::uint32_t> canary) const {
  Mean ours;
  for (const std::uint32_t host : canary) ours.add(now_.row(0, part)[host]);
  const Spread& spread = spread_[part];
  if (ours.count == 0 || !(spread.own > 0.0)) return {};
  return {ours.value(), std::sqrt(spread.own / ours.count + spread.common)};
}

}  // namespace canarygate::judge
