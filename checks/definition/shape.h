/// What a part of a definition file may look like, declared as data.
///
/// The parser's complaints about keys, types and values and the JSON Schema are both made from a
/// Shape, so that they cannot disagree. What a shape cannot say (that duration is a multiple of
/// step) the parser checks afterwards.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

struct Field;

struct Shape {
  enum class Kind {
    text,        ///< a YAML string that matches `pattern`
    plain_text,  ///< a string, number or boolean, taken as it is written
    duration,    ///< `15s`; more than zero when `range.above_min`
    percentage,  ///< `1%`
    number,
    quantity,  ///< a number, or text that matches `pattern`
    integer,
    boolean,
    yes,        ///< only `true`
    choice,     ///< one of `choices`
    list,       ///< of `inner[0]`, at least `at_least`
    map,        ///< keys that match `pattern`, values of `inner[0]`; see `special_keys`
    object,     ///< `fields`
    one_field,  ///< exactly one of `fields`
    tagged,     ///< `fields[i].name` is a value of key `type`, its shape the object's other keys
    either      ///< `inner[0]` when it is a scalar (or a list, as `inner[0]` is), else `inner[1]`
  };
  struct Range {
    double min = -std::numeric_limits<double>::infinity();
    double max = std::numeric_limits<double>::infinity();
    bool above_min = false;  ///< `min` itself is not allowed
  };

  Kind kind = Kind::text;
  std::string expected;  ///< in words, after "must be" or "expected": "a duration such as 15s"
  std::string pattern;   ///< ECMAScript, for the whole text
  Range range;
  std::vector<std::string> choices;
  std::string noun;  ///< what a choice or a field of `one_field` is called: "judge"; may be empty
  std::size_t at_least;
  std::string special_keys;  ///< in a map: keys that match this have values of `inner[1]`
  std::vector<Field> fields;
  std::vector<Shape> inner;
  bool may_hold_credentials;  ///< a URL: what is wrong with it may be no thing to print
  std::string hint;           ///< said of a scalar where this shape wants a map
};

struct Field {
  std::string name;
  Shape shape;
  bool required = false;
  std::string help;
};

/// What there is to say against `node` as a `shape`, into `problems`. `label` names it in messages.
/// Values of no use are marked as refused, so that nobody speaks of them a second time.
void check_shape(YamlNode& node, const Shape& shape, const std::string& label, Problems& problems);

/// The shapes that the files are made of.
namespace shapes {

[[nodiscard]] Shape line();       ///< text without line breaks or control characters, not empty
[[nodiscard]] Shape paragraph();  ///< any text, not empty
[[nodiscard]] Shape matching(std::string pattern, std::string expected);
[[nodiscard]] Shape url();
[[nodiscard]] Shape duration();
[[nodiscard]] Shape positive_duration();
[[nodiscard]] Shape percentage(Shape::Range range, std::string expected);
[[nodiscard]] Shape number(Shape::Range range, std::string expected);
[[nodiscard]] Shape quantity(Shape::Range range, std::string pattern, std::string expected);
[[nodiscard]] Shape integer(Shape::Range range, std::string expected);
[[nodiscard]] Shape boolean();
[[nodiscard]] Shape yes();
[[nodiscard]] Shape choice(std::string noun, std::vector<std::string> choices);
[[nodiscard]] Shape list(Shape element, std::size_t at_least = 0);
[[nodiscard]] Shape map(std::string key_pattern, Shape value, std::string expected = "a map");
[[nodiscard]] Shape text_map();  ///< any key that is a line, to plain text
[[nodiscard]] Shape object(std::vector<Field> fields);
[[nodiscard]] Shape one_field(std::string noun, std::vector<Field> fields);
[[nodiscard]] Shape tagged(std::string noun, std::vector<Field> types);
[[nodiscard]] Shape either(Shape simple, Shape structured);
[[nodiscard]] Shape secret();
[[nodiscard]] Shape authentication();
[[nodiscard]] Shape headers();

/// What a backend or source declares of itself, as a shape.
[[nodiscard]] Shape of_keys(const std::vector<Key>& keys);

/// A name of a check, an environment or a backend: never a path.
inline constexpr const char* kNamePattern = "^[A-Za-z0-9_][A-Za-z0-9._-]{0,99}$";

/// The same with nothing required, down to the last object: what an override may say.
[[nodiscard]] Shape partial(Shape shape);

}  // namespace shapes

/// `a, b or c`
[[nodiscard]] std::string alternatives(const std::vector<std::string>& words);

/// Whether all of `text` matches; what is too long for a name or a URL does not.
[[nodiscard]] bool matches(const std::string& text, const std::string& pattern);

/// How YAML's core schema reads an unquoted scalar.
[[nodiscard]] bool is_number(const YamlNode& node);
[[nodiscard]] bool is_integer(const YamlNode& node);
[[nodiscard]] bool is_boolean(const YamlNode& node);

}  // namespace canarygate
