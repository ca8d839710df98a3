/// Puts a query's series together from the pieces of its grid.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/metrics/backend.h"

namespace canarygate {

// What one answer, and what all answers to one fetch may take in memory, whatever the servers send.
constexpr std::size_t kMostSeries = 100'000;
constexpr std::size_t kMostNumbers = 50'000'000;

/// A series in one piece's answer.
struct PieceRow {
  std::string name;  ///< tells apart series of equal labels; "" where there is nothing to tell
  std::map<std::string, std::string> labels;
  std::vector<double> values;  ///< one a point of the piece, NaN where there is none
  /// Points at which the host was seen at all. Not empty: a number before the first of them or
  /// after the last (of the whole grid) is none, as the zeros that a server counts for a host
  /// that is gone.
  std::vector<bool> seen{};
};

class Assembly {
 public:
  /// Of a grid with so many points.
  explicit Assembly(std::int64_t points) : points_(static_cast<std::size_t>(points)) {}

  /// Why a piece cannot be a part of it.
  struct Clash {
    const PieceRow* twice = nullptr;  ///< a series that the piece has twice; else there is too much
  };

  /// Adds the piece that begins at point `first` (0-based). `numbers` counts those of all answers
  /// to one fetch.
  [[nodiscard]] std::optional<Clash> add(const std::vector<PieceRow>& rows, std::int64_t first,
                                         std::size_t& numbers);

  /// Says it once, however often it is told.
  void warn(const std::string& text);

  /// The first error stands, and there is no answer then.
  void refuse(Error error);
  [[nodiscard]] bool refused() const { return refusal_.has_value(); }

  /// What was added, hosts not named yet; a series' host is its row's name. To be called once.
  [[nodiscard]] Result<QueryAnswer> finish();

 private:
  struct Merged {
    std::string name;
    std::map<std::string, std::string> labels;
    std::vector<double> values;
    std::vector<bool> seen;
    std::size_t last_piece = 0;  // the latest that the series was in
  };

  static void forget_unseen(Merged& merged);

  std::size_t points_;
  std::size_t pieces_ = 0;
  std::vector<Merged> merged_;
  std::map<std::pair<std::string, std::map<std::string, std::string>>, std::size_t> places_;
  std::vector<std::string> warnings_;
  std::optional<Error> refusal_;
};

}  // namespace canarygate
