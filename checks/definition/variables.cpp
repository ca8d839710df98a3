#include "checks/definition/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "checks/definition/pieces.h"
#include "checks/text.h"

namespace canarygate {

namespace {

bool is_name(std::string_view text) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && !is_digit(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_letter(c) || is_digit(c); });
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kUnreserved =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  std::string encoded;
  for (const char c : text) {
    if (kUnreserved.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return encoded;
}

std::string as_text(const VariableValue& value, std::string_view separator) {
  if (const auto* one = std::get_if<std::string>(&value)) return *one;
  return join(std::get<std::vector<std::string>>(value), separator);
}

Result<std::string> render(std::string_view text, const VariableValues& values,
                           const std::function<std::string(const VariableValue&)>& written) {
  const auto pieces = pieces_of(text);
  if (!pieces) return unexpected(pieces.error());
  std::string out;
  for (const Piece& piece : *pieces) {
    if (!piece.is_variable) {
      out += piece.text;
      continue;
    }
    const auto value = look_up(values, piece.text);
    if (!value) return unexpected(value.error());
    out += written(**value);
  }
  return out;
}

}  // namespace

const std::vector<std::string>& builtin_variables() {
  static const std::vector<std::string> kNames = {"hosts",       "canary_hosts", "baseline_hosts",
                                                  "step",        "window",       "rate_window",
                                                  "environment", "check",        "version"};
  return kNames;
}

Result<std::vector<Piece>> pieces_of(std::string_view text) {
  CutText cut = cut_at_braces(text);
  for (const Piece& piece : cut.pieces) {
    if (!piece.is_variable || is_name(piece.text)) continue;
    return fail(ErrorKind::definition,
                fmt::format("'{{{{{}}}}}' is no variable; a name has letters, digits and _",
                            shorten(piece.text, 60)));
  }
  if (!cut.closed) {
    return fail(ErrorKind::definition, "'{{' is never closed; a variable is written {{name}}");
  }
  return std::move(cut.pieces);
}

Result<const VariableValue*> look_up(const VariableValues& values, const std::string& name) {
  const auto found = values.find(name);
  if (found != values.end()) return &found->second;
  std::vector<std::string> known;
  for (const auto& [known_name, value] : values) known.push_back(known_name);
  const std::string meant = nearest(name, known);
  const std::string next = meant.empty() ? fmt::format("give it with --var {}=VALUE; known are {}",
                                                       name, list_of(known, known.size()))
                                         : fmt::format("did you mean {{{{{}}}}}?", meant);
  return fail(ErrorKind::definition, fmt::format("unknown variable {{{{{}}}}}; {}", name, next));
}

Result<std::vector<std::string>> variables_in(std::string_view text) {
  const auto pieces = pieces_of(text);
  if (!pieces) return unexpected(pieces.error());
  std::vector<std::string> names;
  for (const Piece& piece : *pieces) {
    if (piece.is_variable && std::ranges::find(names, piece.text) == names.end()) {
      names.push_back(piece.text);
    }
  }
  return names;
}

Result<std::string> render_link(std::string_view text, const VariableValues& values) {
  return render(text, values,
                [](const VariableValue& value) { return percent_encoded(as_text(value, "|")); });
}

Result<std::string> render_text(std::string_view text, const VariableValues& values) {
  return render(text, values, [](const VariableValue& value) { return as_text(value, ","); });
}

}  // namespace canarygate
