/// The little of SQL that the history needs, the same for SQLite and PostgreSQL.
///
/// Parameters are `$1`, `$2`, … in both. All calls together wait no longer than its
/// patience for other processes or for a server. After an error a Database is of no more use: what
/// was begun and not committed never happened.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "checks/result.h"

namespace canarygate::history {

using Patience = std::chrono::milliseconds;
/// How long a run may be held up by its record.
inline constexpr Patience kPatienceOfRuns{4000};
/// How long somebody who asks waits.
inline constexpr Patience kPatienceOfPeople{60'000};

using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string>;
using Cell = std::optional<std::string>;  ///< nothing for NULL; doubles as short as they stay exact
using Row = std::vector<Cell>;

class Database {
 public:
  Database() = default;
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  virtual ~Database() = default;

  /// One statement with its parameters. Error::transient: worth another try.
  [[nodiscard]] virtual Result<std::vector<Row>> query(const std::string& sql,
                                                       std::span<const Value> values) = 0;
  /// From here to commit() nobody else writes, and others see all of it or nothing.
  [[nodiscard]] virtual Status begin() = 0;
  [[nodiscard]] virtual Status commit() = 0;
  /// Between the two: the only one to change the schema.
  [[nodiscard]] virtual Status lock_schema() = 0;

  /// 0 for a database without a schema of ours. An error when it holds something else.
  [[nodiscard]] virtual Result<std::int64_t> schema_version() = 0;
  /// Between begin() and commit(), with the statements that make it so.
  [[nodiscard]] virtual Status set_schema_version(std::int64_t version) = 0;
  /// How this database declares a key that counts up by itself.
  [[nodiscard]] virtual const char* counting_key() const = 0;
};

/// A file, made with its folder where `create` says so; else one that is missing is nullptr.
[[nodiscard]] Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, bool create,
                                                            Patience patience);

/// `password`: "" leaves it to libpq (PGPASSWORD, ~/.pgpass). No error ever holds it.
[[nodiscard]] Result<std::unique_ptr<Database>> open_postgres(const std::string& url,
                                                              const std::string& password,
                                                              Patience patience);

}  // namespace canarygate::history
