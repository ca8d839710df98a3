#include "checks/metrics/graphite_answer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate::graphite {

namespace {

std::string shown(const std::string& target) { return printable(shorten(target, 300)); }

bool has_data(const AnsweredPiece& piece) { return piece.taken.reply.step > Duration(0); }

const AnsweredPiece* newest_with_data(std::span<const AnsweredPiece> pieces) {
  const AnsweredPiece* newest = nullptr;
  for (const AnsweredPiece& one : pieces) {
    if (!has_data(one)) continue;
    if (newest == nullptr || one.piece.grid.end() > newest->piece.grid.end()) newest = &one;
  }
  return newest;
}

/// Puts the pieces of one query together.
class Assembly {
 public:
  explicit Assembly(const RangeQuery& query) : query_(query) {}

  Status add(AnsweredPiece& piece, Duration step) {
    for (std::string& warning : piece.taken.warnings) warn(std::move(warning));
    RenderReply& reply = piece.taken.reply;
    rows_ += reply.rows.size();
    if (reply.step == Duration(0)) return Done{};
    if (reply.step != step) {
      leave_out(piece, step);
      return Done{};
    }
    std::set<std::size_t> filled;
    for (RenderReply::Row& row : reply.rows) {
      const auto [place, is_new] = places_.try_emplace(row.labels, series_.size());
      if (is_new) {
        numbers_ += static_cast<std::size_t>(query_.grid.points);
        if (numbers_ > kMostNumbers) return too_many(piece);
        series_.push_back(
            {"", row.labels,
             std::vector<double>(static_cast<std::size_t>(query_.grid.points), kMissing)});
      }
      if (!filled.insert(place->second).second) return twice(series_[place->second]);
      std::ranges::copy(row.values, series_[place->second].values.begin() + piece.piece.first);
    }
    return Done{};
  }

  Result<QueryAnswer> finish(const std::string& host) {
    if (left_out_until_) {
      warn(
          fmt::format("{} has the numbers from before {} in steps of {}, and later ones in steps "
                      "of {}; the earlier ones were left out, for the two cannot be compared. A "
                      "shorter `judge.history` does not ask for them: {}",
                      host, format_time(*left_out_until_), format_duration(left_out_step_),
                      format_duration(kept_step_), shown(query_.text)));
    }
    if (rows_ == 0) {
      warn(fmt::format("{} has no series for {}; a path that does not exist is no error there",
                       host, shown(query_.text)));
    }
    if (const Status named = name_hosts(host); !named) return unexpected(named.error());
    if (const Status apart = check_apart(host); !apart) return unexpected(apart.error());
    return QueryAnswer{std::move(series_), std::move(warnings_)};
  }

 private:
  void leave_out(const AnsweredPiece& piece, Duration step) {
    kept_step_ = step;
    const RenderReply& reply = piece.taken.reply;
    const bool any = std::ranges::any_of(
        reply.rows, [](const RenderReply::Row& row) { return row.numbers > 0; });
    const TimePoint end = piece.piece.grid.end();
    if (!any || (left_out_until_ && *left_out_until_ > end)) return;
    left_out_until_ = end;
    left_out_step_ = reply.step;
  }

  [[nodiscard]] static Status too_many(const AnsweredPiece& piece) {
    return fail(ErrorKind::backend,
                fmt::format("{} has more numbers than canarygate takes; ask for fewer series, or "
                            "sum them by host",
                            piece.taken.host));
  }

  [[nodiscard]] Status twice(const Series& series) const {
    return fail(
        ErrorKind::backend,
        fmt::format("the query gives the series '{}' twice: {}",
                    printable(shorten(series.labels.at(kNameLabel), 100)), shown(query_.text)));
  }

  /// Takes out the series without the label that names the host.
  Status name_hosts(const std::string& host) {
    const std::string& label = query_.host_label;
    std::vector<std::string> tags;
    const std::size_t before = series_.size();
    std::erase_if(series_, [&](Series& one) {
      const auto found = one.labels.find(label);
      if (found != one.labels.end()) {
        one.host = found->second;
        return false;
      }
      tags.clear();
      for (const auto& [name, value] : one.labels) tags.push_back(printable(shorten(name, 60)));
      return true;
    });
    if (series_.size() == before) return Done{};
    const std::string text = fmt::format(
        "{} of {} series from {} without the tag '{}', which should name the host (one has: {}). "
        "Keep the tag, as groupByTags(…, 'sum', '{}') does, or set `host_label` to the tag that "
        "names the host: {}",
        before - series_.size(), before, host, printable(label), list_of(tags, 10),
        printable(label), shown(query_.text));
    if (series_.empty()) return fail(ErrorKind::backend, text);
    warn(text);
    return Done{};
  }

  /// Two series may be one host's only where never both have a number.
  [[nodiscard]] Status check_apart(const std::string& host) const {
    std::map<std::string, std::vector<const Series*>> by_host;
    for (const Series& one : series_) by_host[one.host].push_back(&one);
    for (const auto& [name, all] : by_host) {
      for (std::size_t i = 0; all.size() > 1 && i < all.front()->values.size(); ++i) {
        const auto has = [i](const Series* one) { return !std::isnan(one->values[i]); };
        if (std::ranges::count_if(all, has) < 2) continue;
        return fail(
            ErrorKind::backend,
            fmt::format("{} gives {} series for '{}' at the same time. Make them one, such "
                        "as with groupByNode(…, NODE, 'sum'), where NODE is the host's "
                        "place in the path, counted from 0: {}",
                        host, all.size(), printable(shorten(name, 100)), shown(query_.text)));
      }
    }
    return Done{};
  }

  void warn(std::string text) {
    if (std::ranges::find(warnings_, text) == warnings_.end()) {
      warnings_.push_back(std::move(text));
    }
  }

  const RangeQuery& query_;
  std::vector<Series> series_;
  std::map<std::map<std::string, std::string>, std::size_t> places_;
  std::size_t rows_ = 0;
  std::size_t numbers_ = 0;
  std::vector<std::string> warnings_;
  std::optional<TimePoint> left_out_until_;
  Duration left_out_step_{0};
  Duration kept_step_{0};
};

std::string coarse(const RangeQuery& query, const AnsweredPiece& newest, Duration step) {
  const std::string length = format_duration(step);
  const bool at_least = newest.taken.reply.at_least;
  const std::string remedy = at_least
                                 ? std::string("Choose a longer `window.step`")
                                 : fmt::format("Make `window.step` {} or a multiple of it", length);
  return fmt::format(
      "{} answers in steps of {}{}, and the check's step is {}. {}, or have carbon keep a finer "
      "archive for longer (storage-schemas.conf; files that exist keep theirs until "
      "whisper-resize): {}",
      newest.taken.host, length, at_least ? " or more" : "", format_duration(query.grid.step),
      remedy, shown(query.text));
}

}  // namespace

Status Archives::learn(const std::string& target, std::span<const AnsweredPiece> pieces) {
  const AnsweredPiece* newest = newest_with_data(pieces);
  if (newest == nullptr) return Done{};
  const Duration step = newest->taken.reply.step;
  const auto [known, is_new] = steps_.try_emplace(target, step);
  if (is_new || known->second == step) return Done{};
  return fail(ErrorKind::backend,
              fmt::format("{} answered in steps of {} before and of {} now, and the two cannot be "
                          "compared. Judge sooner after the deploy, or choose a shorter "
                          "`judge.history`: {}",
                          newest->taken.host, format_duration(known->second), format_duration(step),
                          shown(target)));
}

Duration Archives::step_of(const std::string& target) const {
  const auto found = steps_.find(target);
  return found == steps_.end() ? Duration(0) : found->second;
}

Result<QueryAnswer> put_together(const RangeQuery& query, std::vector<AnsweredPiece> pieces,
                                 Duration step) {
  const AnsweredPiece* newest = newest_with_data(pieces);
  if (newest != nullptr && step > query.grid.step) {
    return fail(ErrorKind::backend, coarse(query, *newest, step));
  }
  Assembly assembly(query);
  for (AnsweredPiece& piece : pieces) {
    if (const Status added = assembly.add(piece, step); !added) return unexpected(added.error());
  }
  return assembly.finish(pieces.empty() ? "" : pieces.back().taken.host);
}

}  // namespace canarygate::graphite
