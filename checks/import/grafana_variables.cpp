#include "checks/import/grafana_variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>

#include "checks/import/draft.h"
#include "checks/import/monitoring.h"
#include "checks/import/promql_places.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kNone = std::string_view::npos;
constexpr std::size_t kLongestValue = 200;

bool begins_name(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return begins_name(c) || (c >= '0' && c <= '9'); }

/// `$x`, `${x}`, `${x:format}`, `[[x]]`.
struct Use {
  std::string name;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The use that begins at `at`.
std::optional<Use> use_at(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool braces = rest.starts_with("${");
  const bool brackets = rest.starts_with("[[");
  if (!rest.starts_with('$') && !brackets) return std::nullopt;
  std::size_t end = braces || brackets ? 2 : 1;
  const std::size_t begin = end;
  while (end < rest.size() && is_word(rest[end])) ++end;
  if (end == begin || !begins_name(rest[begin])) return std::nullopt;
  Use use{std::string(rest.substr(begin, end - begin)), at, at + end};
  if (!braces && !brackets) return use;
  const std::string_view closing = braces ? "}" : "]]";
  const std::size_t close = rest.find(closing, end);
  const bool has_more = close != kNone && close != end;
  if (close == kNone || (has_more && rest[end] != ':' && rest[end] != '.')) return std::nullopt;
  use.end = at + close + closing.size();
  return use;
}

/// Where in a query a variable stands.
struct Position {
  char quote = 0;  ///< the quote around it
  bool in_range = false;
};

bool is_plain_value(std::string_view value) {
  return !value.empty() && std::ranges::all_of(value, [](char c) {
    return is_word(c) || std::string_view(".:/-").find(c) != kNone;
  });
}

/// Whether a text is the same as a regular expression (but for its dots, which ours are escaped
/// for).
bool is_no_pattern(std::string_view value) {
  return !value.empty() && value.size() <= kLongestValue && printable(value) == value &&
         value.find_first_of("*+?()[]{}|^$\\") == kNone;
}

/// Whether a pattern can stand in a string as it is.
bool can_be_put_in(std::string_view value) {
  return !value.empty() && value.size() <= kLongestValue && printable(value) == value &&
         value.find_first_of("\"'`\\{}$") == kNone;
}

}  // namespace

bool names_hosts(std::string_view name) {
  constexpr std::array<std::string_view, 15> kNames = {
      "instance", "instances", "host",    "hosts", "hostname", "hostnames", "node",    "nodes",
      "nodename", "server",    "servers", "pod",   "pods",     "machine",   "pod_name"};
  return std::ranges::find(kNames, to_lower(name)) != kNames.end();
}

std::string only_variable(std::string_view text) {
  const auto use = use_at(text, 0);
  return use && use->end == text.size() ? use->name : "";
}

GrafanaVariables::GrafanaVariables(const JsonPlace& list) {
  for (const JsonPlace& place : list.elements()) {
    const std::string name = place["name"].text().value_or("");
    if (name.empty()) continue;
    Variable variable;
    variable.type = place["type"].text().value_or("");
    variable.query = place["query"].text().value_or("");
    variable.all_value = place["allValue"].text().value_or("");
    const JsonPlace value = place["current"]["value"];
    for (const JsonPlace& one : value.is_list() ? value.elements() : std::vector{value}) {
      const std::string text = one.exists() ? one.shown() : "";
      if (text == "$__all") variable.is_all = true;
      if (!text.empty() && text != "$__all") variable.values.push_back(text);
    }
    const bool has_own = variable.type == "constant" || variable.type == "textbox";
    if (variable.values.empty() && has_own && !variable.query.empty()) {
      variable.values = {variable.query};
    }
    variables_.emplace(name, std::move(variable));
  }
}

std::string GrafanaVariables::datasource_of(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.type != "datasource") return "";
  return found->second.query;
}

/// Fills in one query. Functions are false when it is refused, for `reason_`.
class VariableFiller {
 public:
  VariableFiller(const GrafanaVariables& variables, std::string_view query,
                 const GrafanaVariables::Style& style)
      : variables_(variables), query_(query), style_(style) {}

  Result<GrafanaVariables::Filled, std::string> run() {
    if (query_.find("{{") != kNone) {
      return unexpected(
          std::string("its query has `{{` in it, with which variables of canarygate "
                      "begin"));
    }
    for (std::size_t at = 0; at < query_.size();) {
      const auto use = use_at(query_, at);
      if (!use) {
        step(query_[at]);
        filled_.text += query_[at++];
        continue;
      }
      if (!put(*use)) return unexpected(reason_);
      if (filled_.text.size() > kLongestImportedQuery) {
        return unexpected(fmt::format("its query is longer than {} bytes", kLongestImportedQuery));
      }
      at = use->end;
    }
    return filled_;
  }

 private:
  bool refuse(std::string reason) {
    reason_ = std::move(reason);
    return false;
  }

  void note(std::string text) {
    if (!has(filled_.notes, text)) filled_.notes.push_back(std::move(text));
  }

  /// Follows strings and ranges as the query goes on.
  void step(char c) {
    if (position_.quote != 0) {
      if (escaped_) {
        escaped_ = false;
      } else if (c == '\\') {
        escaped_ = true;
      } else if (c == position_.quote) {
        position_.quote = 0;
      }
      return;
    }
    if (c == '"' || c == '\'' || c == '`') position_.quote = c;
    if (c == '[') position_.in_range = true;
    if (c == ']') position_.in_range = false;
  }

  bool put(const Use& use) {
    if (has(style_.left_alone, use.name)) {
      filled_.text += query_.substr(use.begin, use.end - use.begin);
      return true;
    }
    const bool is_range = style_.is_promql && position_.in_range && position_.quote == 0;
    if (is_range) return put_range(use);
    if (use.name.starts_with("__")) {
      return refuse(fmt::format("only Grafana knows `${}`", use.name));
    }
    const auto found = variables_.variables_.find(use.name);
    if (found == variables_.variables_.end()) {
      return refuse(fmt::format("the dashboard has no variable `${}`", use.name));
    }
    if (names_hosts(use.name)) {
      if (style_.is_promql && position_.quote == 0) {
        return refuse(fmt::format("`${}` stands where no list of hosts can", use.name));
      }
      filled_.text += style_.hosts;
      return true;
    }
    if (found->second.type == "interval" && !style_.interval.empty()) {
      filled_.text += style_.interval;
      return true;
    }
    return put_value(use.name, found->second);
  }

  /// `[$__rate_interval]`, `[$interval]`, and `[1h:$step]`, of which the first part alone is one.
  bool put_range(const Use& use) {
    const bool is_whole = !filled_.text.empty() && filled_.text.back() == '[' &&
                          use.end < query_.size() && query_[use.end] == ']';
    const bool spans_all = use.name.starts_with("__range") || use.name == "__from";
    if (!is_whole || spans_all) {
      return refuse(
          fmt::format("its range is `${}`, which is chosen with the dashboard's time", use.name));
    }
    filled_.text += "{{rate_window}}";
    return true;
  }

  bool put_value(const std::string& name, const GrafanaVariables::Variable& variable) {
    const bool quoted = position_.quote != 0;
    if (variable.is_all || variable.values.empty()) {
      const std::string all = variable.all_value.empty() ? style_.all : variable.all_value;
      if ((style_.is_promql && !quoted) || !can_be_put_in(all)) {
        return refuse(fmt::format("`${}` has no single value in the dashboard", name));
      }
      note(fmt::format("`${}` is all of them", name));
      filled_.text += all;
      return true;
    }
    if (variable.values.size() > 1) return put_several(name, variable.values);
    const std::string& value = variable.values.front();
    if (quoted && is_no_pattern(value)) {
      filled_.text += fmt::format("{{{{{}}}}}", variable_name_of(name));
      filled_.vars[variable_name_of(name)] = value;
      return true;
    }
    if (!(quoted ? can_be_put_in(value) : is_plain_value(value))) {
      return refuse(
          fmt::format("the value of `${}`, '{}', cannot stand there", name, line_from(value)));
    }
    note(fmt::format("`${}` is {}", name, value));
    filled_.text += value;
    return true;
  }

  bool put_several(const std::string& name, const std::vector<std::string>& values) {
    const bool plain = std::ranges::all_of(values, is_plain_value);
    if (position_.quote == 0 || !plain || values.size() > 50) {
      return refuse(fmt::format("`${}` has several values in the dashboard", name));
    }
    std::vector<std::string> escaped;
    for (const std::string& value : values) {
      std::string text;
      for (const char c : value) text += c == '.' ? "[.]" : std::string(1, c);
      escaped.push_back(std::move(text));
    }
    note(fmt::format("`${}` is {}", name, list_of(values)));
    filled_.text += fmt::format("({})", join(escaped, "|"));
    return true;
  }

  const GrafanaVariables& variables_;
  std::string_view query_;
  const GrafanaVariables::Style& style_;
  GrafanaVariables::Filled filled_;
  Position position_;
  bool escaped_ = false;
  std::string reason_;
};

Result<GrafanaVariables::Filled, std::string> GrafanaVariables::fill(std::string_view query,
                                                                     const Style& style) const {
  return VariableFiller(*this, query, style).run();
}

}  // namespace canarygate
