/// PostgreSQL through libpq, never waiting longer than the deadline: for a name, a connection, a
/// free place on a server that has no more, a lock or an answer.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <thread>

#include "checks/number.h"
#include "checks/text.h"
#include "pipelines/history/database.h"

namespace canarygate::history {

namespace {

using Deadline = std::chrono::steady_clock::time_point;

struct CloseConnection {
  void operator()(PGconn* connection) const { PQfinish(connection); }
  void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, CloseConnection>;
using Answer = std::unique_ptr<PGresult, CloseConnection>;

/// One line of what libpq says, which may be several.
std::string cause_of(const PGconn* connection) {
  std::string text(trim(PQerrorMessage(connection)));
  std::ranges::replace(text, '\n', ' ');
  return text.empty() ? "the connection was lost" : printable(text);
}

/// False when the deadline has passed first.
bool wait_for(int socket, short events, Deadline deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      deadline - std::chrono::steady_clock::now());
  if (left.count() <= 0) return false;
  pollfd watched{socket, events, 0};
  return ::poll(&watched, 1, static_cast<int>(left.count())) != 0;
}

Unexpected<Error> late(Patience patience) {
  return unexpected(Error{
      ErrorKind::output,
      fmt::format("the server did not answer within {} seconds", patience.count() / 1000), true});
}

void no_notices(void* /*unused*/, const char* /*message*/) {}

class Postgres final : public Database {
 public:
  Postgres(Connection connection, Patience patience, Deadline deadline)
      : connection_(std::move(connection)), patience_(patience), deadline_(deadline) {}

  Result<std::vector<Row>> query(const std::string& sql, std::span<const Value> values) override {
    std::vector<std::string> texts;
    for (const Value& value : values) texts.push_back(text_of(value));
    std::vector<const char*> parameters;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool null = std::holds_alternative<std::nullptr_t>(values[i]);
      parameters.push_back(null ? nullptr : texts[i].c_str());
    }
    if (PQsendQueryParams(connection_.get(), sql.c_str(), static_cast<int>(values.size()), nullptr,
                          parameters.data(), nullptr, nullptr, 0) != 1) {
      return failure();
    }
    return answer();
  }

  Status begin() override { return run("BEGIN"); }
  Status commit() override { return run("COMMIT"); }
  Status lock_schema() override { return run("SELECT pg_advisory_xact_lock(1667719540)"); }

  Result<std::int64_t> schema_version() override {
    // Not to_regclass(): it may remember that there was none when another has just made it.
    const auto known = query(
        "SELECT 1 FROM pg_catalog.pg_tables WHERE tablename = 'canarygate_schema'"
        " AND schemaname = ANY (current_schemas(false))",
        {});
    if (!known) return unexpected(known.error());
    if (known->empty()) return 0;
    const auto rows = query("SELECT max(version) FROM canarygate_schema", {});
    if (!rows) return unexpected(rows.error());
    return parse_number<std::int64_t>(rows->front().front().value_or("0")).value_or(0);
  }

  Status set_schema_version(std::int64_t version) override {
    auto made = run("CREATE TABLE IF NOT EXISTS canarygate_schema (version BIGINT NOT NULL)");
    if (!made) return made;
    auto emptied = run("DELETE FROM canarygate_schema");
    if (!emptied) return emptied;
    return run(fmt::format("INSERT INTO canarygate_schema VALUES ({})", version));
  }

  const char* counting_key() const override {
    return "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY";
  }

 private:
  static std::string text_of(const Value& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *number);
    if (const auto* number = std::get_if<double>(&value)) return fmt::format("{}", *number);
    if (const auto* text = std::get_if<std::string>(&value)) return *text;
    return {};
  }

  Status run(const std::string& sql) {
    const auto rows = query(sql, {});
    if (!rows) return unexpected(rows.error());
    return Done{};
  }

  Unexpected<Error> failure() const { return fail(ErrorKind::output, cause_of(connection_.get())); }

  /// All that the server answers to one statement.
  Result<std::vector<Row>> answer() {
    for (int unsent = PQflush(connection_.get()); unsent != 0;
         unsent = PQflush(connection_.get())) {
      if (unsent < 0) return failure();
      if (!wait_for(PQsocket(connection_.get()), POLLIN | POLLOUT, deadline_))
        return late(patience_);
      if (PQconsumeInput(connection_.get()) != 1) return failure();
    }
    std::vector<Row> rows;
    std::optional<Error> error;
    for (;;) {
      while (PQisBusy(connection_.get()) != 0) {
        if (!wait_for(PQsocket(connection_.get()), POLLIN, deadline_)) return late(patience_);
        if (PQconsumeInput(connection_.get()) != 1) return failure();
      }
      const Answer result(PQgetResult(connection_.get()));
      if (!result) break;
      const ExecStatusType status = PQresultStatus(result.get());
      if (status == PGRES_TUPLES_OK) {
        append(result.get(), rows);
      } else if (status != PGRES_COMMAND_OK) {
        error = failure().error;
      }
    }
    if (error) return unexpected(*error);
    return rows;
  }

  static void append(const PGresult* result, std::vector<Row>& rows) {
    for (int i = 0; i < PQntuples(result); ++i) {
      Row& row = rows.emplace_back();
      for (int k = 0; k < PQnfields(result); ++k) {
        row.push_back(PQgetisnull(result, i, k) != 0
                          ? Cell()
                          : Cell(std::string(PQgetvalue(result, i, k),
                                             static_cast<std::size_t>(PQgetlength(result, i, k)))));
      }
    }
  }

  Connection connection_;
  Patience patience_;
  Deadline deadline_;
};

Result<Connection> connect(const std::string& url, const std::string& password, Patience patience,
                           Deadline deadline) {
  std::vector<const char*> words{"dbname", "application_name", "client_encoding"};
  std::vector<const char*> values{url.c_str(), "canarygate", "UTF8"};
  if (!password.empty()) {
    words.push_back("password");
    values.push_back(password.c_str());
  }
  words.push_back(nullptr);
  values.push_back(nullptr);
  Connection connection(PQconnectStartParams(words.data(), values.data(), 1));
  if (!connection) return fail(ErrorKind::output, "no memory for a connection");
  PQsetNoticeProcessor(connection.get(), no_notices, nullptr);
  // With the error's code in it, which alone is the same in every language.
  PQsetErrorVerbosity(connection.get(), PQERRORS_VERBOSE);
  for (auto state = PGRES_POLLING_WRITING; state != PGRES_POLLING_OK;
       state = PQconnectPoll(connection.get())) {
    if (state == PGRES_POLLING_FAILED || PQstatus(connection.get()) == CONNECTION_BAD) {
      std::string cause = cause_of(connection.get());
      const bool full = cause.find("53300") != std::string::npos;
      return unexpected(Error{ErrorKind::output, std::move(cause), full});
    }
    const short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
    if (!wait_for(PQsocket(connection.get()), events, deadline)) return late(patience);
  }
  PQsetErrorVerbosity(connection.get(), PQERRORS_DEFAULT);
  PQsetnonblocking(connection.get(), 1);
  return connection;
}

}  // namespace

Result<std::unique_ptr<Database>> open_postgres(const std::string& url, const std::string& password,
                                                Patience patience) {
  const Deadline deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto connection = connect(url, password, patience, deadline);
    if (connection) {
      return std::unique_ptr<Database>(
          std::make_unique<Postgres>(std::move(*connection), patience, deadline));
    }
    // A server with all its places taken has one again in a moment.
    const bool late_now =
        std::chrono::steady_clock::now() + std::chrono::milliseconds(50) > deadline;
    if (!connection.error().transient || late_now) return unexpected(connection.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace canarygate::history
