#include "checks/metrics/assembly.h"

#include <algorithm>

namespace canarygate {

std::optional<Assembly::Clash> Assembly::add(const std::vector<PieceRow>& rows, std::int64_t first,
                                             std::size_t& numbers) {
  ++pieces_;
  for (const PieceRow& row : rows) {
    const auto [place, is_new] = places_.try_emplace({row.name, row.labels}, merged_.size());
    if (is_new) {
      numbers += points_;
      if (numbers > kMostNumbers) return Clash{};
      merged_.push_back({row.name, row.labels, std::vector<double>(points_, kMissing), {}, 0});
    }
    Merged& merged = merged_[place->second];
    if (std::exchange(merged.last_piece, pieces_) == pieces_) return Clash{&row};
    std::ranges::copy(row.values, merged.values.begin() + first);
    if (row.seen.empty()) continue;
    merged.seen.resize(points_, false);
    std::copy(row.seen.begin(), row.seen.end(), merged.seen.begin() + first);
  }
  return std::nullopt;
}

void Assembly::warn(const std::string& text) {
  if (std::ranges::find(warnings_, text) == warnings_.end()) warnings_.push_back(text);
}

void Assembly::refuse(Error error) {
  if (!refusal_) refusal_ = std::move(error);
}

Result<QueryAnswer> Assembly::finish() {
  if (refusal_) return unexpected(*refusal_);
  QueryAnswer answer;
  answer.warnings = warnings_;
  for (Merged& merged : merged_) {
    forget_unseen(merged);
    answer.series.push_back(
        {std::move(merged.name), std::move(merged.labels), std::move(merged.values)});
  }
  return answer;
}

void Assembly::forget_unseen(Merged& merged) {
  if (merged.seen.empty()) return;
  const auto first = std::ranges::find(merged.seen, true) - merged.seen.begin();
  const auto after = merged.seen.rend() - std::find(merged.seen.rbegin(), merged.seen.rend(), true);
  std::fill(merged.values.begin(), merged.values.begin() + first, kMissing);
  std::fill(merged.values.begin() + after, merged.values.end(), kMissing);
}

}  // namespace canarygate
