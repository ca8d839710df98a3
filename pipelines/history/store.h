/// Past runs: what was judged, what came of it, and what people said of it afterwards.
///
/// One Store is one short visit: it is opened, asked or told something, and closed again, so that a
/// gate that waits for its window holds nothing. Every error names the store and never a password.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "checks/definition/model.h"
#include "checks/judge/timeline.h"
#include "checks/ports.h"
#include "pipelines/history/database.h"
#include "pipelines/history/record.h"

namespace canarygate::history {

/// Which runs. What is not set does not choose.
struct Filter {
  std::string check;
  std::string environment;
  std::optional<TimePoint> since;   ///< started at or after
  std::optional<TimePoint> before;  ///< started before
  std::int64_t limit = 0;           ///< at most so many, the youngest; 0 for all
};

class Store {
 public:
  /// `where`: what messages call it. The database's schema is the newest.
  Store(std::unique_ptr<Database> database, std::string where);

  /// All of it or, with an error, nothing of it. Returns its number.
  [[nodiscard]] Result<std::int64_t> add(const Record& record, TimePoint now);

  /// The youngest first, with their metrics, without their reports.
  [[nodiscard]] Result<std::vector<Record>> list(const Filter& filter);
  /// All of one run, by its number or its run_id. Error when there is none.
  [[nodiscard]] Result<Record> find(const std::string& id);
  /// Says of a run whether its verdict was right; `none` takes that back.
  [[nodiscard]] Result<Record> mark(const std::string& id, Mark mark, const std::string& note,
                                    const std::string& user, TimePoint now);
  /// Removes runs that started before; returns how many.
  [[nodiscard]] Result<std::int64_t> prune(const Filter& filter);

  /// The stretches of time since `since` in which a deploy of this check was on trial, the deploys
  /// before `deployed_at` only (nothing: all), in no order, at most 10,000 of the youngest.
  [[nodiscard]] Result<std::vector<judge::Interval>> past_events(
      const std::string& check, const std::string& environment, TimePoint since,
      std::optional<TimePoint> deployed_at);

  [[nodiscard]] const std::string& where() const { return where_; }

 private:
  [[nodiscard]] Result<std::vector<Row>> query(const std::string& sql,
                                               const std::vector<Value>& values);
  [[nodiscard]] Status read_metrics(std::vector<Record>& records);
  [[nodiscard]] Error named(Error error) const;

  std::unique_ptr<Database> database_;
  std::string where_;
};

/// Opens what `spec` names. `create`: makes it and its schema where there is none; else that is
/// nothing.
[[nodiscard]] Result<std::optional<Store>> open_store(const HistorySpec& spec, const Ports& ports,
                                                      bool create, Patience patience);

/// Whether there is a store of ours already, where it can be opened and asked; changes nothing.
[[nodiscard]] Result<bool> store_exists(const HistorySpec& spec, const Ports& ports,
                                        Patience patience);

/// The file of a store that is one; nothing for PostgreSQL.
[[nodiscard]] std::optional<std::string> sqlite_path(const HistorySpec& spec);

}  // namespace canarygate::history
