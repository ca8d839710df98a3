#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/pieces.h"
#include "checks/definition/query_literals.h"
#include "checks/definition/variables.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using At = QueryCursor::At;

Unexpected<Error> refuse(const std::string& name, std::string_view why) {
  return fail(ErrorKind::definition, fmt::format("{{{{{}}}}} {}", name, why));
}

bool is_plain(std::string_view value) {
  constexpr std::string_view kPlain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:/-";
  return !value.empty() && value.find_first_not_of(kPlain) == std::string_view::npos;
}

/// What RE2 (and Go's regexp) would take for an operator loses its meaning. In Graphite by a class,
/// `[.]`: its strings have no escapes.
std::string regex_escaped(std::string_view value, QueryDialect dialect) {
  std::string escaped;
  for (const char c : value) {
    if (dialect == QueryDialect::graphite && std::string_view(".+*?()|{}$").find(c) != value.npos) {
      escaped += {'[', c, ']'};
      continue;
    }
    if (std::string_view(R"(\.+*?()|[]{}^$)").find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

/// A host as one node of a Graphite path, where a dot would begin the next: what sends numbers
/// there writes `_` for it.
std::string as_node(std::string host) {
  std::ranges::replace(host, '.', '_');
  return host;
}

bool has_control_characters(std::string_view value) {
  return std::ranges::any_of(
      value, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; });
}

/// Fills one query, value by value.
class QueryRenderer {
 public:
  QueryRenderer(const VariableValues& values, QueryDialect dialect)
      : values_(values), dialect_(dialect), cursor_(dialect) {}

  Result<std::string> render(std::string_view text) {
    const auto pieces = pieces_of(text);
    if (!pieces) return unexpected(pieces.error());
    for (std::size_t i = 0; i < pieces->size(); ++i) {
      const Piece& piece = (*pieces)[i];
      if (!piece.is_variable) {
        cursor_.pass(piece.text);
        out_ += piece.text;
        continue;
      }
      const auto value = look_up(values_, piece.text);
      if (!value) return unexpected(value.error());
      const char next = i + 1 < pieces->size() ? (*pieces)[i + 1].text.front() : '\0';
      const auto written = write(piece.text, **value, next);
      if (!written) return unexpected(written.error());
      cursor_.pass(*written);
      out_ += *written;
    }
    return out_;
  }

 private:
  Result<std::string> write(const std::string& name, const VariableValue& value, char next) {
    if (cursor_.after_backslash()) return refuse(name, "stands after a backslash; take that out");
    if (const auto* one = std::get_if<std::string>(&value)) return text(name, *one);
    const auto& all = std::get<std::vector<std::string>>(value);
    if (all.empty()) return refuse(name, "is empty: there is no host to ask for");
    std::vector<std::string> parts;
    for (const std::string& element : all) {
      auto part = literal(name, spelled(element));
      if (!part) return part;
      parts.push_back(quoted(*part));
    }
    if (parts.size() == 1) return parts.front();
    return joined(name, parts, next);
  }

  /// An element of a list outside a literal, where the dialect's lists are of literals.
  [[nodiscard]] std::string quoted(const std::string& element) const {
    if (cursor_.at() != At::outside) return element;
    if (dialect_ == QueryDialect::lucene) return '"' + element + '"';
    return dialect_ == QueryDialect::nrql ? "'" + element + "'" : element;
  }

  [[nodiscard]] std::string spelled(const std::string& element) const {
    if (cursor_.at() == At::regex) return regex_escaped(element, dialect_);
    const bool in_path = dialect_ == QueryDialect::graphite && cursor_.at() == At::outside;
    return in_path ? as_node(element) : element;
  }

  Result<std::string> joined(const std::string& name, const std::vector<std::string>& parts,
                             char next) {
    switch (dialect_) {
      case QueryDialect::graphite:
        if (cursor_.at() != At::regex) return "{" + join(parts, ",") + "}";
        break;
      case QueryDialect::datadog:
        return join(parts, " OR ");
      case QueryDialect::none:
        return join(parts, ",");
      case QueryDialect::lucene:
      case QueryDialect::nrql:
        if (cursor_.at() != At::outside) return refuse(name, "is a list; write it without quotes");
        return join(parts, dialect_ == QueryDialect::lucene ? " OR " : ", ");
      case QueryDialect::promql:
      case QueryDialect::influxql:
        break;
    }
    if (cursor_.at() != At::regex) {
      return refuse(name, dialect_ == QueryDialect::promql
                              ? "is a list; write it in quotes after =~ or !~"
                              : "is a list; write it as a regular expression after =~ or !~");
    }
    const std::string alternatives = join(parts, "|");
    return stands_alone(next) ? alternatives : "(?:" + alternatives + ")";
  }

  /// Whether alternatives without parentheses mean what they should.
  [[nodiscard]] bool stands_alone(char next) const {
    const char before = out_.empty() ? '\0' : out_.back();
    const auto is_border = [this](char c, char parenthesis) {
      return c == cursor_.closing() || c == parenthesis || c == '|';
    };
    return is_border(before, '(') && is_border(next, ')');
  }

  /// A text in a regular expression is one: whoever defined it may mean its operators.
  Result<std::string> text(const std::string& name, const std::string& value) {
    if (cursor_.closing() == '/' && value.find('\\') != std::string::npos) {
      return refuse(name, "has a backslash in it, which cannot be written between slashes");
    }
    auto written = literal(name, value);
    if (!written || dialect_ != QueryDialect::lucene || cursor_.at() != At::outside) return written;
    std::string escaped;  // in Lucene a colon ends a field's name, and a slash begins a pattern
    for (const char c : *written) {
      if (c == ':' || c == '/') escaped += '\\';
      escaped += c;
    }
    return escaped;
  }

  /// One value, escaped for the literal that it stands in.
  Result<std::string> literal(const std::string& name, const std::string& value) {
    if (dialect_ == QueryDialect::none || cursor_.at() == At::outside) {
      if (is_plain(value)) return value;
      return refuse(name, fmt::format("is '{}'; outside quotes only letters, digits and _ . : / - "
                                      "can be filled in",
                                      shorten(value, 60)));
    }
    if (has_control_characters(value)) return refuse(name, "has control characters in it");
    const char closing = cursor_.closing();
    const bool has_escapes =
        closing != '`' && (dialect_ == QueryDialect::promql || dialect_ == QueryDialect::influxql ||
                           dialect_ == QueryDialect::lucene);
    if (!has_escapes) return unescaped(name, value, closing);
    std::string escaped;
    for (const char c : value) {
      // In InfluxQL's /…/ a backslash is the regular expression's own.
      if (c == closing || (c == '\\' && closing != '/')) escaped += '\\';
      escaped += c;
    }
    return escaped;
  }

  Result<std::string> unescaped(const std::string& name, const std::string& value, char closing) {
    const bool breaks_out = value.find(closing) != std::string::npos ||
                            (closing != '`' && value.find('\\') != std::string::npos);
    if (!breaks_out) return value;
    return refuse(name, fmt::format("is '{}', which cannot be written between {}",
                                    shorten(value, 60), closing));
  }

  const VariableValues& values_;
  QueryDialect dialect_;
  QueryCursor cursor_;
  std::string out_;
};

}  // namespace

Result<std::string> render_query(std::string_view text, const VariableValues& values,
                                 QueryDialect dialect) {
  return QueryRenderer(values, dialect).render(text);
}

}  // namespace canarygate
