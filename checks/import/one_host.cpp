#include "checks/import/one_host.h"

#include <fmt/format.h>

#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::string_view kWordCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-/";

Unexpected<Error> refuse(std::string text) { return fail(ErrorKind::definition, std::move(text)); }

std::string promql(std::string_view query, Pick pick) {
  // A comment at the end of a query would swallow what follows.
  const char* end = query.find('#') == std::string_view::npos ? "" : "\n";
  std::string inner = fmt::format("{}{}", query, end);
  if (pick == Pick::scalar) inner = fmt::format("vector({})", inner);
  if (pick == Pick::largest) inner = fmt::format("max({})", inner);
  if (pick == Pick::smallest) inner = fmt::format("min({})", inner);
  return fmt::format(R"(label_replace({}, "side", "{{{{canary_hosts}}}}", "", ""))", inner);
}

/// The first `name:value` of a Datadog scope, whose value is a plain word or a variable.
struct Tag {
  std::string name;
  std::string value;
};
std::optional<Tag> plain_tag(std::string_view scope) {
  for (const std::string& part : split(scope, ',')) {
    const std::string_view word = trim(part);
    const std::size_t colon = word.find(':');
    if (colon == 0 || colon == std::string_view::npos) continue;
    const std::string_view name = word.substr(0, colon);
    const std::string_view value = word.substr(colon + 1);
    const bool is_variable = value.starts_with("{{") && value.find("}}") == value.size() - 2;
    const bool is_word =
        !value.empty() && value.find_first_not_of(kWordCharacters) == std::string_view::npos;
    if (name.find_first_not_of(kWordCharacters) == std::string_view::npos &&
        (is_variable || is_word)) {
      return Tag{std::string(name), std::string(value)};
    }
  }
  return std::nullopt;
}

/// The end of a scope that begins behind its `{`; variables in it have braces of their own.
std::size_t end_of_scope(std::string_view query, std::size_t begin) {
  for (std::size_t at = begin; at < query.size(); ++at) {
    if (query.substr(at, 2) == "{{") {
      at = query.find("}}", at);
      if (at == std::string_view::npos) return at;
      ++at;
    } else if (query[at] == '}') {
      return at;
    }
  }
  return std::string_view::npos;
}

/// Grouped by a tag that its scope fixes it has the same one series, and that has a name.
Result<OneHostQuery> datadog(std::string_view query) {
  OneHostQuery result{"", "", "datadog", std::nullopt};
  std::size_t done = 0;
  for (std::size_t open = query.find('{'); open != std::string_view::npos;
       open = query.find('{', done)) {
    if (query.substr(open, 2) == "{{") {
      return refuse("it has a variable outside {…}, and its series would have no name");
    }
    const std::size_t close = end_of_scope(query, open + 1);
    if (close == std::string_view::npos) return refuse("its query has a { that never closes");
    const auto tag = plain_tag(query.substr(open + 1, close - open - 1));
    if (!tag) {
      return refuse("its query fixes no tag as in {service:web}, so its series has no name");
    }
    if (result.host && (*result.host != tag->value || result.host_label != tag->name)) {
      return refuse("its parts fix different tags, so its series has no one name");
    }
    if (trim(query.substr(close + 1)).starts_with("by ")) {
      return refuse(
          "it is grouped by tags, and a limit on one number cannot be carried over to it");
    }
    result.host_label = tag->name;
    result.host = tag->value;
    result.text += query.substr(done, close + 1 - done);
    result.text += fmt::format(" by {{{}}}", tag->name);
    done = close + 1;
  }
  if (!result.host) return refuse("its query has no {…}, so its series has no name");
  result.text += query.substr(done);
  return result;
}

/// The same for `WHERE appName = 'web'`.
Result<OneHostQuery> newrelic(std::string_view query) {
  const std::string upper = [&] {
    std::string text(query);
    for (char& c : text) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return text;
  }();
  for (const std::string_view word :
       {" SINCE ", " UNTIL ", " TIMESERIES", " FACET ", " COMPARE "}) {
    if (upper.find(word) != std::string::npos) {
      return refuse(fmt::format("its query has{}of its own",
                                word.back() == ' ' ? word : std::string(word) + " "));
    }
  }
  const std::size_t where = upper.find(" WHERE ");
  if (where == std::string::npos || upper.find(" OR ") != std::string::npos) {
    return refuse(
        "its query fixes no attribute as in WHERE appName = 'web', so its series has no "
        "name");
  }
  const std::size_t begin = query.find_first_not_of(' ', where + 7);
  const std::size_t end = query.find_first_not_of(kWordCharacters, begin);
  const std::size_t equals = query.find_first_not_of(' ', end);
  const std::size_t open =
      equals == std::string_view::npos ? equals : query.find_first_not_of(' ', equals + 1);
  const bool fixed = open != std::string_view::npos && query[equals] == '=' &&
                     query[open] == '\'' && end > begin &&
                     query.find('\'', open + 1) != std::string_view::npos;
  if (!fixed) {
    return refuse(
        "its query fixes no attribute as in WHERE appName = 'web', so its series has no "
        "name");
  }
  const std::size_t close = query.find('\'', open + 1);
  return OneHostQuery{std::string(query), std::string(query.substr(begin, end - begin)), "newrelic",
                      std::string(query.substr(open + 1, close - open - 1))};
}

}  // namespace

Result<OneHostQuery> one_host_query(std::string_view type, std::string_view query, Pick pick) {
  const std::string_view text = trim(query);
  if (text.empty()) return refuse("it has no query");
  if (type == "prometheus") return OneHostQuery{promql(text, pick), "side", "prometheus", {}};
  if (pick == Pick::largest || pick == Pick::smallest) {
    return refuse("it looks at a list, and only lists of Prometheus can be carried over");
  }
  if (type == "graphite") {
    return OneHostQuery{fmt::format("alias({}, '{{{{canary_hosts}}}}')", text), "", "graphite", {}};
  }
  if (type == "datadog") return datadog(text);
  if (type == "newrelic") return newrelic(text);
  return refuse(fmt::format("no query of {} can be carried over", printable(type)));
}

}  // namespace canarygate
