/// Numbers of the past kept on disk, so that tomorrow's backtest asks only for what is new.
///
/// One file holds what a query gave for one block of the grid, or the beginning of it. A block that
/// cannot be read, or is of something else, is as good as none. Files are written under another
/// name and renamed, so that a run that is killed leaves whole ones. No secret is in a name or in a
/// file: a backend is told apart by what its definition says, where secrets are references.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/gate/queries.h"
#include "checks/ports.h"
#include "checks/series.h"

namespace canarygate::backtest {

/// So many points of the grid make a block: six hours of them, one at least. Block b is the points
/// b * size + 1 .. (b + 1) * size.
[[nodiscard]] std::int64_t block_size(Duration step);

/// Whose numbers they are, in a text that no other query's numbers have.
[[nodiscard]] std::string origin_of(const gate::PlannedQuery& query, const BackendSpec& backend,
                                    const std::string& environment, Duration step);

struct Block {
  std::int64_t points = 0;  ///< known, from the block's beginning; each series has so many values
  std::vector<Series> series;
};

class Cache {
 public:
  /// `folder`: made where it is not there.
  explicit Cache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] std::optional<Block> load(const std::string& origin, std::int64_t block) const;
  /// False when it could not be written: then the next run asks again.
  bool keep(const std::string& origin, std::int64_t block, const Block& numbers) const;
  /// Removes the files that were not used for longest until at most `most_bytes` are left.
  void shrink(std::uintmax_t most_bytes) const;

  [[nodiscard]] std::filesystem::path file_of(const std::string& origin, std::int64_t block) const;

 private:
  std::filesystem::path folder_;
};

inline constexpr std::uintmax_t kMostCacheBytes = std::uintmax_t{512} << 20U;

/// `canarygate/backtest` in the user's folder for caches (XDG_CACHE_HOME, else ~/.cache); nothing
/// where there is neither.
[[nodiscard]] std::optional<std::string> cache_folder(const Variables& variables);

}  // namespace canarygate::backtest
