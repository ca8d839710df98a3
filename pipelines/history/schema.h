/// The tables, and how an older database becomes a newer one.
#pragma once

#include "pipelines/history/database.h"

namespace canarygate::history {

/// The newest schema, which all statements of the store are for.
inline constexpr std::int64_t kSchemaVersion = 2;

/// Brings a database to `upto`, in one transaction; many processes may try at once. A newer one is
/// refused: what it means is not known here.
[[nodiscard]] Status migrate(Database& database, std::int64_t upto = kSchemaVersion);

}  // namespace canarygate::history
