#include "checks/definition/schema.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "checks/definition/file_shapes.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;
using Kind = Shape::Kind;

Json schema_of(const Shape& shape);

Json text(const std::string& pattern) {
  Json json = {{"type", "string"}, {"minLength", 1}};
  if (!pattern.empty()) json["pattern"] = pattern;
  return json;
}

Json number(const char* type, const Shape::Range& range) {
  Json json = {{"type", type}};
  // 1.0 is written as 1: a bound of a whole number looks like one.
  const auto plain = [](double value) {
    return value == std::floor(value) ? Json(std::llround(value)) : Json(value);
  };
  if (std::isfinite(range.min)) {
    json[range.above_min ? "exclusiveMinimum" : "minimum"] = plain(range.min);
  }
  if (std::isfinite(range.max)) json["maximum"] = plain(range.max);
  return json;
}

/// As parse_duration reads it.
std::string duration_pattern(bool above_zero) {
  return std::string(above_zero ? "^(?=.*[1-9])" : "^") + "([0-9]+(ms|s|m|h|d))+$";
}

Json properties(const std::vector<Field>& fields) {
  Json json = Json::object();
  for (const Field& field : fields) {
    json[field.name] = schema_of(field.shape);
    if (!field.help.empty()) json[field.name]["description"] = field.help;
  }
  return json;
}

Json required(const std::vector<Field>& fields) {
  Json names = Json::array();
  for (const Field& field : fields) {
    if (field.required) names.push_back(field.name);
  }
  return names;
}

Json object(const Shape& shape) {
  Json json = {{"type", "object"},
               {"properties", properties(shape.fields)},
               {"additionalProperties", false}};
  if (const Json names = required(shape.fields); !names.empty()) json["required"] = names;
  return json;
}

Json one_field(const Shape& shape) {
  Json json = object(shape);
  json["minProperties"] = 1;
  json["maxProperties"] = 1;
  return json;
}

Json map(const Shape& shape) {
  Json json = {{"type", "object"}, {"propertyNames", {{"pattern", shape.pattern}}}};
  if (!shape.special_keys.empty()) {
    json["patternProperties"] = {{shape.special_keys, schema_of(shape.inner.back())}};
  }
  json["additionalProperties"] = schema_of(shape.inner.front());
  return json;
}

/// An editor that knows the type offers that type's keys only.
Json tagged(const Shape& shape) {
  Json names = Json::array();
  Json types = Json::array();
  for (const Field& type : shape.fields) {
    Json one = object(type.shape);
    one["properties"]["type"] = {{"const", type.name}, {"description", type.help}};
    names.push_back(type.name);
    types.push_back({{"if", {{"properties", {{"type", {{"const", type.name}}}}}}}, {"then", one}});
  }
  return {{"type", "object"},
          {"properties", {{"type", {{"enum", names}}}}},
          {"required", {"type"}},
          {"allOf", types}};
}

Json schema_of(const Shape& shape) {
  switch (shape.kind) {
    case Kind::text:
      return text(shape.pattern);
    case Kind::plain_text:
      return {{"type", {"string", "number", "boolean"}}, {"pattern", shape.pattern}};
    case Kind::duration:
      return text(duration_pattern(shape.range.above_min));
    case Kind::percentage:
      return text("^[0-9]+(\\.[0-9]+)?%$");
    case Kind::number:
      return number("number", shape.range);
    case Kind::quantity:
      return {{"anyOf", {number("number", shape.range), text(shape.pattern)}}};
    case Kind::integer:
      return number("integer", shape.range);
    case Kind::boolean:
      return {{"type", "boolean"}};
    case Kind::yes:
      return {{"const", true}};
    case Kind::choice:
      return {{"enum", shape.choices}};
    case Kind::list: {
      Json json = {{"type", "array"}, {"items", schema_of(shape.inner.front())}};
      if (shape.at_least > 0) json["minItems"] = shape.at_least;
      return json;
    }
    case Kind::map:
      return map(shape);
    case Kind::object:
      return object(shape);
    case Kind::one_field:
      return one_field(shape);
    case Kind::tagged:
      return tagged(shape);
    case Kind::either:
      return {{"anyOf", {schema_of(shape.inner.front()), schema_of(shape.inner.back())}}};
  }
  return Json::object();
}

Json document(const Shape& shape, const char* title) {
  Json json = {{"title", title}};
  json.update(schema_of(shape));
  return json;
}

}  // namespace

std::string definition_schema(SchemaOf which) {
  const Json check = document(check_file_shape(), "canarygate check");
  const Json environment = document(environment_file_shape(), "canarygate environment");
  const Json root = document(root_file_shape(), "canarygate.yaml");
  Json schema = {{"$schema", "https://json-schema.org/draft/2020-12/schema"}};
  switch (which) {
    case SchemaOf::check:
      schema.update(check);
      break;
    case SchemaOf::environment:
      schema.update(environment);
      break;
    case SchemaOf::root:
      schema.update(root);
      break;
    case SchemaOf::all:
      schema.update(
          Json{{"title", "canarygate definitions"}, {"anyOf", {check, environment, root}}});
      break;
  }
  return schema.dump(2) + "\n";
}

}  // namespace canarygate
