/// JSON Schemas (draft 2020-12) of the three files, made from the same tables as the parser.
#pragma once

#include <string>

namespace canarygate {

enum class SchemaOf { check, environment, root, all };

/// Pretty-printed JSON with a final newline. `all`: one schema that accepts any of the three.
[[nodiscard]] std::string definition_schema(SchemaOf which);

}  // namespace canarygate
