#include "checks/backtest/gather.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "checks/duration.h"
#include "checks/gate/fetch.h"

namespace canarygate::backtest {

namespace {

/// Blocks asked for at once: a day. What is asked for at once is kept at once.
constexpr std::int64_t kBlocksAtOnce = 4;
constexpr Duration kPatience = std::chrono::minutes(2);

/// A file is read faster than a copy of it, and may have changed since; a program of the user's may
/// answer otherwise today.
bool worth_keeping(const std::string& type) { return type != "file" && type != "exec"; }

/// `first` and the points after it up to `last` of what a block holds.
struct Part {
  std::int64_t from = 0;
  std::int64_t to = 0;
  bool operator<(const Part& other) const {
    return from != other.from ? from < other.from : to < other.to;
  }
};

class Gatherer {
 public:
  Gatherer(const GatherRequest& request, const Ports& ports)
      : request_(request), ports_(ports), size_(block_size(request.step)) {
    line_.step = request.step;
    gathered_.past.step = request.step;
    gathered_.past.first = request.first;
    gathered_.past.last = request.last;
    gathered_.past.queries.resize(request.plan.queries.size());
    blocks_.resize(request.plan.queries.size());
    for (const gate::PlannedQuery& query : request.plan.queries) {
      const BackendSpec& backend = request.environment.backends.at(query.backend);
      const bool kept = request.cache != nullptr && worth_keeping(backend.type);
      origins_.push_back(kept ? origin_of(query, backend, request.environment.name, request.step)
                              : std::string());
    }
  }

  Result<Gathered> run(const std::function<void(std::int64_t, std::int64_t)>& progress) {
    for (std::size_t q = 0; q < origins_.size(); ++q) look_up(q);
    const auto all = static_cast<std::int64_t>(missing_.size());
    std::int64_t done = 0;
    progress(done, all);
    for (const auto& [part, queries] : missing_) {
      if (ports_.interrupt.raised()) {
        return fail(ErrorKind::interrupted, "interrupted while the past was asked for");
      }
      if (auto asked = ask(part, queries); !asked) return unexpected(asked.error());
      progress(++done, all);
    }
    for (std::size_t q = 0; q < blocks_.size(); ++q) {
      for (auto& [block, numbers] : blocks_[q]) {
        gathered_.past.queries[q].append(block * size_ + 1, numbers.series);
        numbers = {};
      }
    }
    return std::move(gathered_);
  }

 private:
  [[nodiscard]] std::int64_t block_of(std::int64_t i) const { return (i - 1) / size_; }

  /// What the cache has of a query, and what is to be asked for.
  void look_up(std::size_t query) {
    const std::int64_t begin = block_of(request_.first);
    const std::int64_t end = block_of(request_.last);
    std::optional<Part> open;
    const auto close = [&] {
      if (open) missing_[*open].push_back(query);
      open.reset();
    };
    for (std::int64_t block = begin; block <= end; ++block) {
      Block& known = blocks_[query][block];
      if (!origins_[query].empty()) {
        known = request_.cache->load(origins_[query], block).value_or(Block{});
      }
      const std::int64_t from = block * size_ + 1 + known.points;
      const std::int64_t to = std::min((block + 1) * size_, request_.last);
      if (from > to) {
        close();
        continue;
      }
      if (open && (known.points > 0 || block % kBlocksAtOnce == 0)) close();
      if (!open) open = Part{from, to};
      open->to = to;
    }
    close();
  }

  Status ask(const Part& part, const std::vector<std::size_t>& queries) {
    gate::QueryPlan plan;
    for (const std::size_t q : queries) plan.queries.push_back(request_.plan.queries[q]);
    std::vector<gate::Reply> replies;
    gate::fetch(plan, request_.backends, line_, {{part.from, part.to}}, ports_.clock, kPatience,
                replies);
    for (std::size_t i = 0; i < queries.size(); ++i) {
      gate::Reply& reply = replies[i];
      if (reply.error) {
        Error error = *reply.error;
        error.text =
            fmt::format("{} (asked for the numbers from {} to {})", error.text,
                        format_time(line_.at(part.from - 1)), format_time(line_.at(part.to)));
        return unexpected(error);
      }
      gathered_.asked += gate::points_in({&reply, 1});
      for (std::string& warning : reply.warnings) {
        auto& all = gathered_.warnings;
        if (std::ranges::find(all, warning) == all.end()) all.push_back(warning);
      }
      take(queries[i], part, reply);
    }
    return Done{};
  }

  /// Cuts the answer into blocks.
  void take(std::size_t query, const Part& part, const gate::Reply& reply) {
    for (std::int64_t block = block_of(part.from); block <= block_of(part.to); ++block) {
      Block& known = blocks_[query][block];
      const std::int64_t from = block * size_ + 1 + known.points;
      const std::int64_t to = std::min((block + 1) * size_, part.to);
      for (const gate::Piece& piece : reply.pieces) {
        for (const Series& series : piece.series) {
          add(known, series, from - piece.from, to - from + 1);
        }
      }
      known.points += to - from + 1;
      for (Series& series : known.series) {
        series.values.resize(static_cast<std::size_t>(known.points), kMissing);
      }
      // What the server had reservations about is asked for again.
      if (!origins_[query].empty() && reply.warnings.empty()) {
        request_.cache->keep(origins_[query], block, known);
      }
    }
  }

  /// `count` of the series' values from `first` on, to the end of what is known of the block.
  static void add(Block& block, const Series& series, std::int64_t first, std::int64_t count) {
    const auto begin = series.values.begin() + first;
    const auto end = begin + count;
    if (std::all_of(begin, end, [](double value) { return std::isnan(value); })) return;
    // Two that are alike in all are two still: the judge will say that a point is claimed twice.
    const auto length = static_cast<std::size_t>(block.points);
    auto known = std::ranges::find_if(block.series, [&](const Series& other) {
      return other.host == series.host && other.labels == series.labels &&
             other.values.size() <= length;
    });
    if (known == block.series.end()) {
      block.series.push_back({series.host, series.labels, {}});
      known = block.series.end() - 1;
    }
    known->values.resize(length, kMissing);
    known->values.insert(known->values.end(), begin, end);
  }

  const GatherRequest& request_;
  const Ports& ports_;
  std::int64_t size_;
  judge::Timeline line_;              // its point 0 is the epoch
  std::vector<std::string> origins_;  // a query each; "" where nothing is kept
  std::vector<std::map<std::int64_t, Block>> blocks_;
  std::map<Part, std::vector<std::size_t>> missing_;
  Gathered gathered_;
};

}  // namespace

Result<Gathered> gather(const GatherRequest& request, const Ports& ports,
                        const std::function<void(std::int64_t, std::int64_t)>& progress) {
  return Gatherer(request, ports).run(progress);
}

}  // namespace canarygate::backtest
