#include <utility>

#include "checks/definition/shape.h"

namespace canarygate::shapes {

namespace {

constexpr const char* kLinePattern = "^[^\\x00-\\x1F\\x7F]+$";
// No user name and password before the host; no spaces.
constexpr const char* kUrlPattern = "^https?://[^\\s/?#@]+([/?#]\\S*)?$";
// Headers that carry a credential whatever the server.
constexpr const char* kSecretHeaders =
    "^([Pp][Rr][Oo][Xx][Yy]-)?[Aa][Uu][Tt][Hh][Oo][Rr][Ii][Zz][Aa][Tt][Ii][Oo][Nn]$"
    "|^[Cc][Oo][Oo][Kk][Ii][Ee]$|[Tt][Oo][Kk][Ee][Nn]|[Ss][Ee][Cc][Rr][Ee][Tt]"
    "|[Pp][Aa][Ss][Ss][Ww][Oo][Rr][Dd]|[Aa][Pp][Ii]-?[Kk][Ee][Yy]";

Shape make(Shape::Kind kind, std::string expected) {
  Shape shape{};
  shape.kind = kind;
  shape.expected = std::move(expected);
  return shape;
}

Shape ranged(Shape::Kind kind, Shape::Range range, std::string expected) {
  Shape shape = make(kind, std::move(expected));
  shape.range = range;
  return shape;
}

Shape plain_line() {
  Shape shape = make(Shape::Kind::plain_text, "one line of text");
  shape.pattern = kLinePattern;
  return shape;
}

Shape of_key(const Key& key) {
  switch (key.kind) {
    case KeyKind::text:
      return line();
    case KeyKind::long_text:
      return paragraph();
    case KeyKind::text_list:
      return list(line(), key.required ? 1 : 0);
    case KeyKind::text_map:
      return text_map();
    case KeyKind::url:
      return url();
    case KeyKind::url_list:
      return list(url(), 1);
    case KeyKind::path:
      return matching(kLinePattern, "a path");
    case KeyKind::boolean:
      return boolean();
    case KeyKind::integer:
      return integer({}, "a whole number");
    case KeyKind::duration:
      return duration();
    case KeyKind::choice:
      return choice("", key.choices);
    case KeyKind::secret:
      return secret();
    case KeyKind::auth:
      return authentication();
    case KeyKind::headers:
      return headers();
  }
  return line();
}

}  // namespace

Shape line() { return matching(kLinePattern, "one line of text"); }

Shape paragraph() { return make(Shape::Kind::text, "text"); }

Shape matching(std::string pattern, std::string expected) {
  Shape shape = make(Shape::Kind::text, std::move(expected));
  shape.pattern = std::move(pattern);
  return shape;
}

Shape url() {
  Shape shape = matching(kUrlPattern, "an http:// or https:// URL");
  shape.may_hold_credentials = true;
  return shape;
}

Shape duration() { return make(Shape::Kind::duration, "a duration such as 15s, 5m or 24h"); }

Shape positive_duration() {
  Shape shape = make(Shape::Kind::duration, "a duration above zero such as 15s, 5m or 24h");
  shape.range = {0, std::numeric_limits<double>::infinity(), true};
  return shape;
}

Shape percentage(Shape::Range range, std::string expected) {
  return ranged(Shape::Kind::percentage, range, std::move(expected));
}

Shape number(Shape::Range range, std::string expected) {
  return ranged(Shape::Kind::number, range, std::move(expected));
}

Shape quantity(Shape::Range range, std::string pattern, std::string expected) {
  Shape shape = ranged(Shape::Kind::quantity, range, std::move(expected));
  shape.pattern = std::move(pattern);
  return shape;
}

Shape integer(Shape::Range range, std::string expected) {
  return ranged(Shape::Kind::integer, range, std::move(expected));
}

Shape boolean() { return make(Shape::Kind::boolean, "true or false"); }

Shape yes() { return make(Shape::Kind::yes, "true"); }

Shape choice(std::string noun, std::vector<std::string> choices) {
  Shape shape = make(Shape::Kind::choice, alternatives(choices));
  shape.noun = std::move(noun);
  shape.choices = std::move(choices);
  return shape;
}

Shape list(Shape element, std::size_t at_least) {
  Shape shape = make(Shape::Kind::list, "a list");
  shape.at_least = at_least;
  shape.inner.push_back(std::move(element));
  return shape;
}

Shape map(std::string key_pattern, Shape value, std::string expected) {
  Shape shape = make(Shape::Kind::map, std::move(expected));
  shape.pattern = std::move(key_pattern);
  shape.inner.push_back(std::move(value));
  return shape;
}

Shape text_map() { return map(kLinePattern, plain_line()); }

Shape object(std::vector<Field> fields) {
  Shape shape = make(Shape::Kind::object, "a map");
  shape.fields = std::move(fields);
  return shape;
}

Shape one_field(std::string noun, std::vector<Field> fields) {
  Shape shape = make(Shape::Kind::one_field, "a map");
  shape.noun = std::move(noun);
  shape.fields = std::move(fields);
  return shape;
}

Shape tagged(std::string noun, std::vector<Field> types) {
  Shape shape = make(Shape::Kind::tagged, "a map");
  shape.noun = std::move(noun);
  shape.fields = std::move(types);
  return shape;
}

Shape either(Shape simple, Shape structured) {
  Shape shape = make(Shape::Kind::either, simple.expected + " or " + structured.expected);
  shape.inner = {std::move(simple), std::move(structured)};
  return shape;
}

Shape secret() {
  Shape shape = one_field(
      "secret reference",
      {{"env", matching("^[A-Za-z_][A-Za-z0-9_]*$", "the name of an environment variable"), false,
        "the environment variable that holds it"},
       {"file", matching("^/[^\\x00-\\x1F\\x7F]*$", "an absolute path"), false,
        "the absolute path of the file that holds it"},
       {"command", line(), false, "a command for /bin/sh -c that prints it"}});
  shape.hint = "a secret is never written in a file; use {env: NAME}, {file: PATH} or {command: …}";
  return shape;
}

Shape authentication() {
  return one_field("authentication", {{"bearer", secret(), false, "a bearer token"},
                                      {"basic",
                                       object({{"username", line(), true, "the user's name"},
                                               {"password", secret(), true, "the password"}}),
                                       false, "user name and password"}});
}

Shape headers() {
  Shape shape = map("^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", either(plain_line(), secret()),
                    "a map of header names to values");
  shape.special_keys = kSecretHeaders;
  shape.inner.push_back(secret());
  return shape;
}

Shape of_keys(const std::vector<Key>& keys) {
  std::vector<Field> fields;
  for (const Key& key : keys) fields.push_back({key.name, of_key(key), key.required, key.help});
  return object(std::move(fields));
}

Shape partial(Shape shape) {
  for (Field& field : shape.fields) {
    // A reference to a secret is whole or nothing.
    if (shape.kind == Shape::Kind::object) field.required = false;
    field.shape = partial(std::move(field.shape));
  }
  for (Shape& inner : shape.inner) inner = partial(std::move(inner));
  return shape;
}

}  // namespace canarygate::shapes
