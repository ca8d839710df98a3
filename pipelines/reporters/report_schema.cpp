/// JSON Schema of what `json.cpp` writes: strict, so that a field that is new or gone is noticed.
#include <nlohmann/json.hpp>

#include "pipelines/ci_environment.h"
#include "pipelines/reporters/reporter.h"

namespace canarygate {

namespace {

using Json = nlohmann::ordered_json;

Json described(Json schema, const char* description) {
  schema["description"] = description;
  return schema;
}

Json type(const char* name) { return {{"type", name}}; }
Json type_or_null(const char* name) { return {{"type", Json::array({name, "null"})}}; }
Json count() { return {{"type", "integer"}, {"minimum", 0}}; }
Json seconds() { return {{"type", "number"}, {"minimum", 0}}; }
Json chance_or_null() {
  return {{"type", Json::array({"number", "null"})}, {"minimum", 0}, {"maximum", 1}};
}
Json time_or_null() {
  return {{"type", Json::array({"string", "null"})},
          {"format", "date-time"},
          {"pattern", R"(^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{3})?Z$)"}};
}
Json one_of(std::initializer_list<Json> values) { return {{"enum", Json(values)}}; }
Json array_of(Json items) { return {{"type", "array"}, {"items", std::move(items)}}; }
Json reference(const char* name) { return {{"$ref", std::string("#/$defs/") + name}}; }

/// An object with exactly these fields.
Json object(Json fields) {
  Json required = Json::array();
  for (const auto& field : fields.items()) required.push_back(field.key());
  return {{"type", "object"},
          {"properties", std::move(fields)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

Json or_null(Json schema) { return {{"anyOf", Json::array({std::move(schema), type("null")})}}; }

Json reason() {
  Json codes = Json::array();
  for (const ReasonCode& code : reason_codes()) {
    codes.push_back({{"const", code.code}, {"description", code.help}});
  }
  return object({{"code", {{"oneOf", std::move(codes)}}},
                 {"metric", type_or_null("string")},
                 {"host", type_or_null("string")},
                 {"text", type("string")}});
}

Json effect() {
  return described(
      object({{"kind", one_of({"ratio", "difference"})},
              {"estimate", type_or_null("number")},
              {"lower", described(type_or_null("number"), "null: unbounded or unknown")},
              {"upper", described(type_or_null("number"), "null: unbounded or unknown")}}),
      "The canary against the baseline, signed whatever `worse` is. ratio: relative change as a "
      "fraction, 1.0 is +100 %; difference: in the metric's unit.");
}

Json side() {
  return object({{"mean", described(type_or_null("number"),
                                    "in the metric's unit, over the points that were judged")},
                 {"points", count()},
                 {"hosts", count()}});
}

Json judge_settings() {
  return object(
      {{"method", type("string")},
       {"false_alarms", type("number")},
       {"history_seconds", seconds()},
       {"reference_seconds", described({{"type", Json::array({"number", "null"})}, {"minimum", 0}},
                                       "null: the default, four durations of the window")},
       {"looks", count()},
       {"placebos", count()},
       {"detect", type("number")},
       {"early_pass", type("boolean")},
       {"min_coverage", type("number")}});
}

Json metric() {
  return object(
      {{"name", type("string")},
       {"verdict", reference("verdict")},
       {"optional", type("boolean")},
       {"critical", type("boolean")},
       {"worse", one_of({"higher", "lower", "either"})},
       {"unit", type("string")},
       {"judge", type("string")},
       {"effect", reference("effect")},
       {"p_value", described(chance_or_null(), "of this metric alone")},
       {"adjusted_p_value", described(chance_or_null(), "over all metrics and looks")},
       {"sensitivity",
        described(type_or_null("number"),
                  "the smallest change caught 8 times in 10, positive, in the effect's unit")},
       {"evidence", reference("evidence")},
       {"canary", reference("side")},
       {"baseline", reference("side")},
       {"stopped_at_look", described({{"type", Json::array({"integer", "null"})}, {"minimum", 1}},
                                     "the look at which it failed, from 1")},
       {"reasons", array_of(reference("reason"))},
       {"links", {{"type", "object"}, {"additionalProperties", type("string")}}},
       {"queries", array_of(object({{"backend", type("string")}, {"query", type("string")}}))}});
}

Json ci() {
  Json fields = Json::object();
  for (const std::string& fact : ci_facts()) fields[fact] = type_or_null("string");
  return described(or_null(object(std::move(fields))), "null outside of CI");
}

Json definitions() {
  const Json host_and_reason = object({{"host", type("string")}, {"reason", type("string")}});
  return {{"verdict", one_of({"pass", "fail", "no_data", "undecided", "trouble"})},
          {"evidence", one_of({"strong", "moderate", "weak", nullptr})},
          {"reason", reason()},
          {"effect", effect()},
          {"side", side()},
          {"host_and_reason", host_and_reason},
          {"metric", metric()}};
}

Json window() {
  return object({{"start", time_or_null()},
                 {"end", time_or_null()},
                 {"step_seconds", seconds()},
                 {"looks", count()},
                 {"looks_done", count()}});
}

Json hosts() {
  return object({{"canary", array_of(type("string"))},
                 {"baseline", array_of(type("string"))},
                 {"missing", array_of(reference("host_and_reason"))},
                 {"set_aside", array_of(reference("host_and_reason"))}});
}

Json score() {
  const Json points = {{"type", "number"}, {"minimum", 0}, {"maximum", 100}};
  return described(
      or_null(
          object({{"value", points},
                  {"classification", described(one_of({"pass", "marginal", "fail"}),
                                               "marginal: enough to go on looking, not to pass")},
                  {"pass", described(points, "what it needs at the window's end")},
                  {"marginal", described(points, "what it needs at an earlier look")},
                  {"groups",
                   described(array_of(object({{"name", type("string")},
                                              {"score", points},
                                              {"weight", described(points, "of 100 in all")}})),
                             "those with a judged metric; none where a critical metric failed")}})),
      "null: the check has no `score`, or nothing could be judged");
}

Json report() {
  return object(
      {{"version", {{"const", 1}}},
       {"canarygate", described(type("string"), "the program's version")},
       {"run_id", {{"type", "string"}, {"pattern", "^[0-9A-HJKMNP-TV-Z]{26}$"}}},
       {"check", type("string")},
       {"environment", type_or_null("string")},
       {"mode", described(one_of({"hard", "soft"}), "as the definition says")},
       {"verdict", reference("verdict")},
       {"exit_code", described(count(), "what the process returns")},
       {"hard_exit_code", described(count(), "without soft-fail and override")},
       {"soft_fail", type("boolean")},
       {"override",
        or_null(object({{"reason", type("string")}, {"user", type_or_null("string")}}))},
       {"reasons", array_of(reference("reason"))},
       {"warnings", array_of(reference("reason"))},
       {"false_alarms",
        described(type("number"), "how often the whole gate stops a deploy with nothing wrong")},
       {"seed", count()},
       {"judge", judge_settings()},
       {"started_at", time_or_null()},
       {"finished_at", time_or_null()},
       {"deployed_at", time_or_null()},
       {"window", window()},
       {"evidence", described(reference("evidence"), "the worst metric's")},
       {"score", score()},
       {"hosts", hosts()},
       {"metrics", array_of(reference("metric"))},
       {"timings", described(object({{"discovery", seconds()},
                                     {"query", seconds()},
                                     {"judge", seconds()},
                                     {"total", seconds()}}),
                             "in seconds")},
       {"ci", ci()}});
}

Json several() {
  return object({{"version", {{"const", 1}}},
                 {"verdict", reference("verdict")},
                 {"exit_code", count()},
                 {"soft_fail", described(type("boolean"), "of any of the checks")},
                 {"checks", array_of(reference("report"))}});
}

}  // namespace

std::string report_schema() {
  Json schema{{"$schema", "https://json-schema.org/draft/2020-12/schema"},
              {"title", "canarygate report, version 1"}};
  schema["description"] = "Of one check, or of several in one run.";
  schema["if"] = {{"required", Json::array({"checks"})}};
  schema["then"] = reference("several");
  schema["else"] = reference("report");
  schema["$defs"] = definitions();
  schema["$defs"]["report"] = report();
  schema["$defs"]["several"] = several();
  return schema.dump(2) + "\n";
}

}  // namespace canarygate
