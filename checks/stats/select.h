/// The n-th smallest, as std::nth_element, but without a branch on the data in the loop that does
/// the work: of numbers in no order such a branch is guessed wrong half of the time, which costs
/// more than the work. Quickselect (Hoare, CACM 4, 1961).
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "checks/stats/few_sorted.h"

namespace canarygate::stats {

/// Moves those for which `left` is true to the front; returns how many they are. What goes to the
/// back waits elsewhere, so that nothing is read right after it was written.
template <typename T, typename Left>
std::size_t partition(std::span<T> values, Left left) {
  thread_local std::vector<T> back;
  if (back.size() < values.size()) back.resize(values.size());
  T* const waiting = back.data();
  std::size_t front = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const T value = values[i];
    values[front] = value;
    waiting[i - front] = value;
    front += left(value) ? 1U : 0U;
  }
  std::copy(waiting, waiting + (values.size() - front),
            values.begin() + static_cast<std::ptrdiff_t>(front));
  return front;
}

template <typename T>
void sort(std::span<T> values) {
  if (values.size() > FewSorted<T>::kMost) {
    std::sort(values.begin(), values.end());
    return;
  }
  FewSorted<T> few;
  for (const T& value : values) few.add(value);
  std::ranges::copy(few.sorted(), values.begin());
}

/// Reorders `values` so that values[nth] is the one that sorting would put there, with none larger
/// before it and none smaller behind. Returns an end up to which those behind it are sorted, too.
template <typename T>
std::size_t select(std::span<T> values, std::size_t nth) {
  constexpr std::size_t kFew = 12;
  constexpr int kUnlucky = 50;  // pivots, after which sorting is the safe way
  std::size_t begin = 0;
  std::size_t end = values.size();
  for (int pivots = 0; end - begin > kFew && pivots < kUnlucky; ++pivots) {
    const std::span<T> rest = values.subspan(begin, end - begin);
    const T& a = rest[rest.size() / 4];
    const T& b = rest[rest.size() / 2];
    const T& c = rest[rest.size() - rest.size() / 4];
    const T pivot = std::max(std::min(a, b), std::min(std::max(a, b), c));
    const std::size_t smaller = partition(rest, [&](const T& value) { return value < pivot; });
    if (nth < begin + smaller) {
      end = begin + smaller;
      continue;
    }
    begin += smaller;
    if (smaller > 0) continue;
    // Nobody is smaller than the pivot: those that equal it are in their place.
    begin += partition(rest, [&](const T& value) { return !(pivot < value); });
    if (nth < begin) return nth + 1;
  }
  sort(values.subspan(begin, end - begin));
  return end;
}

}  // namespace canarygate::stats
