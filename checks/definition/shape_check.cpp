#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>
#include <regex>

#include "checks/definition/shape.h"
#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Kind = Shape::Kind;

// Also keeps std::regex, which recurses, off the stack's end.
constexpr std::size_t kLongestPatterned = 4096;

/// There are a few dozen patterns, and a file may need each of them thousands of times.
const std::regex& compiled(const std::string& pattern) {
  thread_local std::map<std::string, std::regex> cache;
  const auto known = cache.find(pattern);
  if (known != cache.end()) return known->second;
  return cache.emplace(pattern, std::regex(pattern, std::regex::ECMAScript)).first->second;
}

std::string quoted(const YamlNode& node) { return fmt::format("'{}'", shorten(node.text, 60)); }

std::string found(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::map:
      return "a map";
    case YamlNode::Kind::list:
      return "a list";
    default:
      return node.text.empty() ? "empty" : quoted(node);
  }
}

std::vector<std::string> names_of(const std::vector<Field>& fields) {
  std::vector<std::string> names;
  for (const Field& field : fields) names.push_back(field.name);
  return names;
}

bool in_range(double value, const Shape::Range& range) {
  return (range.above_min ? value > range.min : value >= range.min) && value <= range.max;
}

double number_of(const std::string& text) {
  return parse_number<double>(text).value_or(std::numeric_limits<double>::infinity());
}

bool is_number_in(const YamlNode& node, const Shape::Range& range) {
  return is_number(node) && std::isfinite(number_of(node.text)) &&
         in_range(number_of(node.text), range);
}

bool is_integer_in(const YamlNode& node, const Shape::Range& range) {
  std::int64_t value = 0;
  const char* end = node.text.data() + node.text.size();
  return is_integer(node) && std::from_chars(node.text.data(), end, value).ec == std::errc{} &&
         in_range(static_cast<double>(value), range);
}

/// A scalar that YAML reads as text.
bool is_text(const YamlNode& node) { return node.quoted || !(is_number(node) || is_boolean(node)); }

bool scalar_fits(const YamlNode& node, const Shape& shape) {
  const std::string& text = node.text;
  switch (shape.kind) {
    case Kind::text:
      return is_text(node) && !text.empty() &&
             (shape.pattern.empty() || matches(text, shape.pattern));
    case Kind::plain_text:
      return matches(text, shape.pattern);
    case Kind::duration: {
      const auto length = parse_duration(text);
      return length && is_text(node) && in_range(static_cast<double>(length->count()), shape.range);
    }
    case Kind::percentage: {
      const auto fraction = parse_percentage(text);
      return fraction && in_range(*fraction, shape.range);
    }
    case Kind::number:
      return is_number_in(node, shape.range);
    case Kind::quantity:
      return is_number_in(node, shape.range) || (is_text(node) && matches(text, shape.pattern));
    case Kind::integer:
      return is_integer_in(node, shape.range);
    case Kind::boolean:
      return is_boolean(node);
    case Kind::yes:
      return is_boolean(node) && to_lower(text) == "true";
    case Kind::choice:
      return is_text(node) && std::ranges::find(shape.choices, text) != shape.choices.end();
    default:
      return false;
  }
}

/// Walks a node along its shape.
class Checker {
 public:
  explicit Checker(Problems& problems) : problems_(problems) {}

  void check(YamlNode& node, const Shape& shape, const std::string& label) {
    if (node.kind == YamlNode::Kind::refused) return;
    switch (shape.kind) {
      case Kind::list:
        return list(node, shape, label);
      case Kind::map:
        return map(node, shape, label);
      case Kind::object:
        return object(node, shape, label);
      case Kind::one_field:
        return one_field(node, shape, label);
      case Kind::tagged:
        return tagged(node, shape, label);
      case Kind::either:
        return either(node, shape, label);
      default:
        return scalar(node, shape, label);
    }
  }

 private:
  void say(const YamlNode& node, std::string words) {
    problems_.push_back(node.problem(std::move(words)));
  }

  /// The value is of no use: later stages shall not speak of it again.
  void refuse(YamlNode& node, std::string words) {
    say(node, std::move(words));
    node.kind = YamlNode::Kind::refused;
  }

  void wrong(YamlNode& node, const Shape& shape, const std::string& label) {
    if (node.is_scalar() && !shape.hint.empty()) return refuse(node, shape.hint);
    if (node.kind == YamlNode::Kind::null) {
      return refuse(node, fmt::format("{} is empty; expected {}", label, shape.expected));
    }
    if (node.is_scalar() && shape.may_hold_credentials && node.text.find('@') < node.text.size()) {
      return refuse(node, label + " has a user name or password in it; take it out and use 'auth'");
    }
    refuse(node, fmt::format("{} must be {}, not {}", label, shape.expected, found(node)));
  }

  void scalar(YamlNode& node, const Shape& shape, const std::string& label) {
    if (!node.is_scalar()) return wrong(node, shape, label);
    if (scalar_fits(node, shape)) return;
    if (shape.kind == Kind::choice && !shape.noun.empty()) return unknown_choice(node, shape);
    const bool wants_text = shape.kind == Kind::text && !is_text(node);
    if (wants_text && (shape.pattern.empty() || matches(node.text, shape.pattern))) {
      return refuse(node, fmt::format("{} must be text; write it in quotes: \"{}\"", label,
                                      shorten(node.text, 60)));
    }
    wrong(node, shape, label);
  }

  void unknown_choice(YamlNode& node, const Shape& shape) {
    refuse(node, fmt::format("unknown {} {}; expected {}", shape.noun, quoted(node),
                             alternatives(shape.choices)));
  }

  void list(YamlNode& node, const Shape& shape, const std::string& label) {
    if (!node.is_list()) return wrong(node, shape, label);
    if (node.children.size() < shape.at_least) {
      return refuse(node, fmt::format("{} must have at least one entry", label));
    }
    for (YamlNode& child : node.children) {
      check(child, shape.inner.front(), "an entry of " + label);
    }
  }

  void map(YamlNode& node, const Shape& shape, const std::string& label) {
    if (!node.is_map()) return wrong(node, shape, label);
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const YamlNode& key = node.keys[i];
      if (!matches(key.text, shape.pattern)) {
        say(key, fmt::format("{} cannot be a name in {}", quoted(key), label));
        continue;
      }
      const bool special =
          !shape.special_keys.empty() && std::regex_search(key.text, compiled(shape.special_keys));
      check(node.children[i], special ? shape.inner.back() : shape.inner.front(), quoted(key));
    }
  }

  void unknown_key(const YamlNode& key, const std::string& noun,
                   const std::vector<std::string>& known) {
    const std::string meant = nearest(key.text, known);
    say(key, fmt::format("unknown {} {}; {}", noun, quoted(key),
                         meant.empty() ? "expected " + alternatives(known)
                                       : fmt::format("did you mean '{}'?", meant)));
  }

  void fields(YamlNode& node, const Shape& shape, const std::string& noun,
              const std::vector<std::string>& known) {
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      const YamlNode& key = node.keys[i];
      const auto field = std::ranges::find(shape.fields, key.text, &Field::name);
      if (field != shape.fields.end()) {
        check(node.children[i], field->shape, quoted(key));
      } else if (std::ranges::find(known, key.text) == known.end()) {
        unknown_key(key, noun, known);
      }
    }
    for (const Field& field : shape.fields) {
      if (field.required && node.find(field.name) == nullptr) {
        say(node,
            fmt::format("the key '{}' is missing; expected {}", field.name, field.shape.expected));
      }
    }
  }

  void object(YamlNode& node, const Shape& shape, const std::string& label) {
    if (!node.is_map()) return wrong(node, shape, label);
    fields(node, shape, "key", names_of(shape.fields));
  }

  void one_field(YamlNode& node, const Shape& shape, const std::string& label) {
    if (!node.is_map()) return wrong(node, shape, label);
    const std::vector<std::string> known = names_of(shape.fields);
    fields(node, shape, shape.noun, known);
    if (node.keys.empty()) {
      refuse(node, fmt::format("{} is empty; expected one of {}", label, alternatives(known)));
    } else if (node.keys.size() > 1) {
      say(node.keys[1], fmt::format("{} can have only one {}, and '{}' is there already", label,
                                    shape.noun, shorten(node.keys[0].text, 60)));
      node.kind = YamlNode::Kind::refused;
    } else if (std::ranges::find(known, node.keys[0].text) == known.end()) {
      node.kind = YamlNode::Kind::refused;
    }
  }

  void tagged(YamlNode& node, const Shape& shape, const std::string& label) {
    if (!node.is_map()) return wrong(node, shape, label);
    const std::vector<std::string> types = names_of(shape.fields);
    YamlNode* type = node.find("type");
    if (type == nullptr) {
      return refuse(node,
                    fmt::format("the key 'type' is missing; expected {}", alternatives(types)));
    }
    const auto field = std::ranges::find(shape.fields, type->text, &Field::name);
    if (field == shape.fields.end() || !type->is_scalar()) {
      return check(*type, shapes::choice(shape.noun, types), "'type'");
    }
    std::vector<std::string> known = names_of(field->shape.fields);
    known.insert(known.begin(), "type");
    fields(node, field->shape, "key", known);
  }

  void either(YamlNode& node, const Shape& shape, const std::string& label) {
    const bool first = shape.inner.front().kind == Kind::list ? node.is_list() : node.is_scalar();
    if (first) return check(node, shape.inner.front(), label);
    if (node.kind == YamlNode::Kind::null) return wrong(node, shape, label);
    check(node, shape.inner.back(), label);
  }

  Problems& problems_;
};

}  // namespace

std::string alternatives(const std::vector<std::string>& words) {
  if (words.empty()) return "nothing";
  if (words.size() == 1) return words.front();
  const std::vector<std::string> before(words.begin(), words.end() - 1);
  return join(before, ", ") + " or " + words.back();
}

bool matches(const std::string& text, const std::string& pattern) {
  return text.size() <= kLongestPatterned && std::regex_match(text, compiled(pattern));
}

bool is_number(const YamlNode& node) {
  static const std::string kPattern = "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$";
  return node.is_scalar() && !node.quoted && matches(node.text, kPattern);
}

bool is_integer(const YamlNode& node) {
  return node.is_scalar() && !node.quoted && matches(node.text, "^-?(0|[1-9][0-9]*)$");
}

bool is_boolean(const YamlNode& node) {
  return node.is_scalar() && !node.quoted &&
         matches(node.text, "^(true|True|TRUE|false|False|FALSE)$");
}

void check_shape(YamlNode& node, const Shape& shape, const std::string& label, Problems& problems) {
  Checker(problems).check(node, shape, label);
}

}  // namespace canarygate
