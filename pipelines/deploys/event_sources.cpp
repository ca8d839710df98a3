#include "pipelines/deploys/event_sources.h"

#include <fmt/format.h>

#include <cmath>

#include "checks/http/auth.h"
#include "checks/text.h"

namespace canarygate::deploys {

using Json = nlohmann::json;

std::span<const EventSourceType> event_source_types() {
  static const std::vector<EventSourceType> kTypes{
      {"datadog-events", "events in Datadog", make_datadog_events},
      {"grafana-annotations", "annotations in Grafana", make_grafana_annotations},
      {"graphite-events", "events in Graphite", make_graphite_events},
  };
  return kTypes;
}

Result<HttpRequest> get_request(const Config& config, const Ports& ports, std::string url) {
  constexpr std::size_t kMostBody = 64U << 20U;
  auto headers = request_headers(config, ports);
  if (!headers) return unexpected(headers.error());
  HttpRequest request;
  request.url = std::move(url);
  request.max_body = kMostBody;
  headers->insert(headers->begin(), {"Accept", "application/json"});
  complete(request, config, *headers);
  return request;
}

Result<std::vector<Config>> entries_of(const EnvironmentDefinition& environment,
                                       const std::string& type, const std::string& example) {
  std::vector<Config> configs;
  for (const NotifierSpec& spec : environment.notify) {
    if (spec.type == type) configs.push_back(spec.config);
  }
  if (configs.empty()) {
    return fail(
        ErrorKind::usage,
        fmt::format("{} has no `notify` entry of type {}, which would say where to ask; "
                    "add one: {}",
                    environment.file.empty() ? "canarygate.yaml" : printable(environment.file),
                    type, example));
  }
  return configs;
}

std::string described(const Piece& piece, const std::string& plural) {
  return fmt::format("the {} with the {} {}", plural, piece.tags.size() == 1 ? "tag" : "tags",
                     printable(list_of(piece.tags)));
}

Result<std::vector<Event>> read_list(const Json& list,
                                     std::optional<Event> (*event_of)(const Json&),
                                     const HttpRefusal& refusal) {
  if (!list.is_array()) return unexpected(explain_nonsense(refusal, "the answer is no list"));
  std::vector<Event> events;
  for (const Json& one : list) {
    auto event = one.is_object() ? event_of(one) : std::nullopt;
    if (!event) {
      return unexpected(
          explain_nonsense(refusal, "one of the list is no event with a time, a text and tags"));
    }
    events.push_back(std::move(*event));
  }
  return events;
}

std::optional<std::string> text_in(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "";
  if (!found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

std::optional<std::vector<std::string>> texts_in(const Json& object, const char* key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return texts;
  if (!found->is_array()) return std::nullopt;
  for (const Json& text : *found) {
    if (!text.is_string()) return std::nullopt;
    texts.push_back(text.get<std::string>());
  }
  return texts;
}

std::optional<TimePoint> time_in(const Json& object, const char* key, Duration unit) {
  constexpr double kLatest = 1e13;  // the year 2286, in milliseconds
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  const double milliseconds = found->get<double>() * static_cast<double>(unit.count());
  if (!(milliseconds >= 0 && milliseconds < kLatest)) return std::nullopt;
  return TimePoint(Duration(std::llround(milliseconds)));
}

}  // namespace canarygate::deploys
