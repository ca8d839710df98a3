#include "pipelines/run_id.h"

#include <algorithm>
#include <array>

namespace canarygate {

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Appends `bits`, the lowest `characters` × 5 of them, the highest first.
void append(std::string& text, std::uint64_t bits, int characters) {
  for (int at = characters - 1; at >= 0; --at) {
    text += kAlphabet[(bits >> static_cast<unsigned>(5 * at)) & 31U];
  }
}

}  // namespace

std::string make_run_id(TimePoint time, std::mt19937_64& random) {
  constexpr std::int64_t kLatest = (std::int64_t{1} << 48) - 1;
  const std::int64_t since_epoch = time.time_since_epoch().count();
  const auto milliseconds =
      static_cast<std::uint64_t>(std::clamp<std::int64_t>(since_epoch, 0, kLatest));
  std::string id;
  id.reserve(26);
  append(id, milliseconds, 10);
  append(id, random(), 8);
  append(id, random(), 8);
  return id;
}

std::mt19937_64 entropy() {
  std::random_device device;
  std::array<std::uint32_t, 8> words{};
  std::ranges::generate(words, std::ref(device));
  std::seed_seq seed(words.begin(), words.end());
  return std::mt19937_64(seed);
}

}  // namespace canarygate
