/// SQLite: a write-ahead log, so that readers never wait for a writer, and writers take turns. A
/// process that is killed leaves its record whole in the log or not at all.
#include <fmt/format.h>
#include <sqlite3.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "checks/number.h"
#include "pipelines/history/database.h"

namespace canarygate::history {

namespace {

namespace fs = std::filesystem;

// "cgat": whose file it is, for `file` and against writing into somebody else's.
constexpr std::int64_t kApplicationId = 0x63676174;

struct CloseHandle {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};
using Handle = std::unique_ptr<sqlite3, CloseHandle>;
using Statement = std::unique_ptr<sqlite3_stmt, CloseHandle>;

int bind(sqlite3_stmt* statement, int at, const Value& value) {
  if (const auto* number = std::get_if<std::int64_t>(&value)) {
    return sqlite3_bind_int64(statement, at, *number);
  }
  if (const auto* number = std::get_if<double>(&value)) {
    return sqlite3_bind_double(statement, at, *number);
  }
  if (const auto* text = std::get_if<std::string>(&value)) {
    // SQLITE_STATIC: the value outlives the statement.
    return sqlite3_bind_text64(statement, at, text->data(), text->size(), nullptr, SQLITE_UTF8);
  }
  return sqlite3_bind_null(statement, at);
}

Cell cell(sqlite3_stmt* statement, int at) {
  switch (sqlite3_column_type(statement, at)) {
    case SQLITE_NULL:
      return std::nullopt;
    case SQLITE_FLOAT:
      return fmt::format("{}", sqlite3_column_double(statement, at));
    default: {
      const auto* text = sqlite3_column_text(statement, at);
      const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, at));
      return std::string(reinterpret_cast<const char*>(text), size);  // NOLINT: SQLite's bytes
    }
  }
}

class Sqlite final : public Database {
 public:
  Sqlite(std::string path, Handle handle, Patience patience)
      : path_(std::move(path)), handle_(std::move(handle)), patience_(patience) {}

  Result<std::vector<Row>> query(const std::string& sql, std::span<const Value> values) override {
    sqlite3_stmt* raw = nullptr;
    const int prepared = sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &raw, nullptr);
    const Statement statement(raw);
    if (prepared != SQLITE_OK) return failure();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const std::string name = fmt::format("${}", i + 1);
      const int at = sqlite3_bind_parameter_index(raw, name.c_str());
      if (at > 0 && bind(raw, at, values[i]) != SQLITE_OK) return failure();
    }
    std::vector<Row> rows;
    int stepped = sqlite3_step(raw);
    for (; stepped == SQLITE_ROW; stepped = sqlite3_step(raw)) {
      Row& row = rows.emplace_back();
      for (int i = 0; i < sqlite3_column_count(raw); ++i) row.push_back(cell(raw, i));
    }
    if (stepped != SQLITE_DONE) return failure();
    return rows;
  }

  Status begin() override { return run("BEGIN IMMEDIATE"); }
  Status commit() override { return run("COMMIT"); }
  Status lock_schema() override { return Done{}; }  // who has begun is the only one

  Result<std::int64_t> schema_version() override {
    auto version = number("PRAGMA user_version");
    if (!version) return version;
    auto application = number("PRAGMA application_id");
    if (!application) return application;
    auto tables = number("SELECT count(*) FROM sqlite_schema");
    if (!tables) return tables;
    if (*tables > 0 && *application != kApplicationId) {
      return fail(ErrorKind::output,
                  path_ + " is another program's database; name another file in 'history'");
    }
    return version;
  }

  Status set_schema_version(std::int64_t version) override {
    auto marked = run(fmt::format("PRAGMA application_id = {}", kApplicationId));
    if (!marked) return marked;
    return run(fmt::format("PRAGMA user_version = {}", version));
  }

  const char* counting_key() const override { return "INTEGER PRIMARY KEY AUTOINCREMENT"; }

  /// What a connection is to be set to.
  Status set_up() {
    // Whoever closes last would write the log into the file, and keep the next ones out meanwhile.
    sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    sqlite3_busy_handler(handle_.get(), &Sqlite::on_busy, this);
    for (const char* pragma : {"PRAGMA foreign_keys = ON", "PRAGMA synchronous = NORMAL"}) {
      auto set = run(pragma);
      if (!set) return set;
    }
    return set_journal();
  }

 private:
  Status run(const std::string& sql) {
    const auto rows = query(sql, {});
    if (!rows) return unexpected(rows.error());
    return Done{};
  }

  /// The first of many to open a new file must have it alone for a moment, and SQLite does not
  /// wait for that by itself.
  Status set_journal() {
    for (;;) {
      auto set = run("PRAGMA journal_mode = WAL");
      if (set || !set.error().transient || !wait_a_moment()) return set;
    }
  }

  /// SQLite's own time-out counts for each statement anew.
  bool wait_a_moment() {
    if (std::chrono::steady_clock::now() > deadline_) return false;
    sqlite3_sleep(5);
    return true;
  }

  static int on_busy(void* self, int /*times*/) {
    return static_cast<Sqlite*>(self)->wait_a_moment() ? 1 : 0;
  }

  Result<std::int64_t> number(const std::string& sql) {
    const auto rows = query(sql, {});
    if (!rows) return unexpected(rows.error());
    if (rows->empty() || rows->front().empty()) return 0;
    return parse_number<std::int64_t>(rows->front().front().value_or("0")).value_or(0);
  }

  Unexpected<Error> failure() {
    const int code = sqlite3_errcode(handle_.get());
    const bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED || code == SQLITE_PROTOCOL;
    std::string text = busy ? fmt::format("{} is held by another process, for more than {} seconds",
                                          path_, patience_.count() / 1000)
                            : fmt::format("{}: {}", path_, sqlite3_errmsg(handle_.get()));
    return unexpected(Error{ErrorKind::output, std::move(text), busy});
  }

  std::string path_;
  Handle handle_;
  Patience patience_;
  std::chrono::steady_clock::time_point deadline_ = std::chrono::steady_clock::now() + patience_;
};

/// A folder of ours that is new keeps itself out of git.
Status make_folder(const fs::path& folder) {
  std::error_code error;
  if (fs::is_directory(folder, error)) return Done{};
  fs::create_directories(folder, error);
  if (error) {
    return fail(ErrorKind::output,
                fmt::format("cannot make the folder {}: {}", folder.string(), error.message()));
  }
  if (folder.filename() == ".canarygate") std::ofstream(folder / ".gitignore") << "*\n";
  return Done{};
}

}  // namespace

Result<std::unique_ptr<Database>> open_sqlite(const std::string& path, bool create,
                                              Patience patience) {
  std::error_code ignored;
  if (!create && !fs::exists(path, ignored)) return std::unique_ptr<Database>();
  if (create) {
    const auto made = make_folder(fs::path(path).parent_path());
    if (!made) return unexpected(made.error());
  }
  sqlite3* raw = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
  const int opened = sqlite3_open_v2(path.c_str(), &raw, flags, nullptr);
  Handle handle(raw);
  if (opened != SQLITE_OK) {
    return fail(ErrorKind::output, fmt::format("cannot open {}: {}; may this user write there?",
                                               path, sqlite3_errstr(opened)));
  }
  auto database = std::make_unique<Sqlite>(path, std::move(handle), patience);
  const auto set = database->set_up();
  if (!set) return unexpected(set.error());
  return std::unique_ptr<Database>(std::move(database));
}

}  // namespace canarygate::history
