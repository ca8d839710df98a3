#include "pipelines/history/schema.h"

#include <fmt/format.h>

namespace canarygate::history {

namespace {

// Times are milliseconds since 1970, booleans 0 and 1, what is unknown NULL or "". The two
// databases read all of these types as what is meant.
constexpr const char* kRuns = R"(CREATE TABLE canarygate_runs (
  number {},
  run_id TEXT NOT NULL UNIQUE,
  check_name TEXT NOT NULL,
  environment TEXT NOT NULL,
  soft BIGINT NOT NULL,
  verdict TEXT NOT NULL,
  exit_code BIGINT NOT NULL,
  hard_exit_code BIGINT NOT NULL,
  reason TEXT NOT NULL,
  override_reason TEXT,
  override_user TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  recorded_at BIGINT NOT NULL,
  deployed_at BIGINT,
  event_from BIGINT,
  event_to BIGINT,
  definition TEXT NOT NULL,
  program TEXT NOT NULL,
  build_url TEXT NOT NULL,
  commit_id TEXT NOT NULL,
  author TEXT NOT NULL,
  report TEXT NOT NULL,
  mark TEXT NOT NULL DEFAULT '',
  mark_note TEXT NOT NULL DEFAULT '',
  marked_by TEXT NOT NULL DEFAULT '',
  marked_at BIGINT
))";

constexpr const char* kMetrics = R"(CREATE TABLE canarygate_metrics (
  run BIGINT NOT NULL REFERENCES canarygate_runs (number) ON DELETE CASCADE,
  position BIGINT NOT NULL,
  name TEXT NOT NULL,
  verdict TEXT NOT NULL,
  optional BIGINT NOT NULL,
  effect_kind TEXT NOT NULL,
  effect DOUBLE PRECISION,
  effect_lower DOUBLE PRECISION,
  effect_upper DOUBLE PRECISION,
  reason TEXT NOT NULL,
  PRIMARY KEY (run, position)
))";

/// What takes a database from version - 1 to `version`.
std::vector<std::string> step_to(std::int64_t version, const Database& database) {
  if (version == 1) return {fmt::format(kRuns, database.counting_key()), kMetrics};
  return {
      "CREATE INDEX canarygate_runs_by_check"
      " ON canarygate_runs (check_name, environment, event_to)"};
}

Status migrate_now(Database& database, std::int64_t upto) {
  if (auto locked = database.lock_schema(); !locked) return locked;
  // Another process may have done it while this one waited for its turn.
  const auto version = database.schema_version();
  if (!version) return unexpected(version.error());
  if (*version >= upto) return Done{};
  for (std::int64_t next = *version + 1; next <= upto; ++next) {
    for (const std::string& statement : step_to(next, database)) {
      const auto done = database.query(statement, {});
      if (!done) return unexpected(done.error());
    }
  }
  return database.set_schema_version(upto);
}

}  // namespace

Status migrate(Database& database, std::int64_t upto) {
  const auto version = database.schema_version();
  if (!version) return unexpected(version.error());
  if (*version > upto) {
    return fail(ErrorKind::output,
                fmt::format("it was written by a newer canarygate (schema {}; this one, {}, knows "
                            "{}); update this one, or give it another 'history'",
                            *version, CANARYGATE_VERSION, upto));
  }
  if (*version == upto) return Done{};
  if (auto begun = database.begin(); !begun) return begun;
  if (auto migrated = migrate_now(database, upto); !migrated) return migrated;
  return database.commit();
}

}  // namespace canarygate::history
