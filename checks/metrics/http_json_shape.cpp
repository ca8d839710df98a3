#include <fmt/format.h>

#include "checks/metrics/http_json_reply.h"
#include "checks/text.h"

namespace canarygate::http_json {

namespace {

Unexpected<Error> refuse(std::string text) { return fail(ErrorKind::definition, std::move(text)); }

/// Keys that only have a meaning together.
Status fit(const Config& config) {
  const auto both = [&](const char* one, const char* other) {
    return config.has(one) && config.has(other);
  };
  if (!config.has("points") && !config.has("values")) {
    return refuse(
        "a backend of type http_json needs `points` (a list of points with time and value), or "
        "`values` with `times` or `shared_times` (two lists side by side)");
  }
  for (const auto* key : {"values", "times", "shared_times"}) {
    if (both("points", key)) {
      return refuse(fmt::format("`points` and `{}` exclude each other; keep one of them", key));
    }
  }
  for (const auto* key : {"time", "value"}) {
    if (both("values", key)) {
      return refuse(
          fmt::format("`{}` is a place in a point of `points`; with `values` it has no "
                      "meaning",
                      key));
    }
  }
  if (both("times", "shared_times")) {
    return refuse("`times` and `shared_times` exclude each other; keep one of them");
  }
  if (config.has("values") && !config.has("times") && !config.has("shared_times")) {
    return refuse("`values` needs `times` (in each series) or `shared_times` (one for all)");
  }
  return Done{};
}

Result<std::optional<JsonPointer>> pointer_at(const Config& config, const std::string& key) {
  if (!config.has(key)) return std::optional<JsonPointer>();
  const auto text = config.get<std::string>(key);
  auto pointer = JsonPointer::parse(text);
  if (pointer) return pointer;
  return refuse(fmt::format(
      "`{}`: '{}' is no JSON pointer (RFC 6901); they look like /data/series, # is the whole", key,
      printable(shorten(text, 100))));
}

}  // namespace

Result<ReplyShape> read_shape(const Config& config) {
  if (const Status fits = fit(config); !fits) return unexpected(fits.error());
  ReplyShape shape;
  shape.time = *JsonPointer::parse("/0");
  shape.value = *JsonPointer::parse("/1");
  for (const auto& [key, place] :
       {std::pair("error", &shape.error), std::pair("partial", &shape.partial),
        std::pair("host", &shape.host), std::pair("labels", &shape.labels),
        std::pair("points", &shape.points), std::pair("values", &shape.values),
        std::pair("times", &shape.times), std::pair("shared_times", &shape.shared_times)}) {
    auto pointer = pointer_at(config, key);
    if (!pointer) return unexpected(pointer.error());
    *place = std::move(*pointer);
  }
  for (const auto& [key, place] :
       {std::pair("series", &shape.series), std::pair("time", &shape.time),
        std::pair("value", &shape.value)}) {
    auto pointer = pointer_at(config, key);
    if (!pointer) return unexpected(pointer.error());
    if (*pointer) *place = std::move(**pointer);
  }
  const auto format = config.get<std::string>("time_format", "s");
  shape.time_format = format == "s"    ? TimeFormat::seconds
                      : format == "ms" ? TimeFormat::milliseconds
                                       : TimeFormat::rfc3339;
  shape.rule.time_is_start = config.get<std::string>("time_is", "end") == "start";
  const auto combine = config.get<std::string>("combine", "mean");
  shape.rule.combine = combine == "mean"  ? Combine::mean
                       : combine == "sum" ? Combine::sum
                                          : Combine::last;
  return shape;
}

}  // namespace canarygate::http_json
