/// The functions behind the table in `event_sources.cpp`, one a file, and what they share.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "checks/metrics/http_refusal.h"
#include "pipelines/deploys/event_source.h"

namespace canarygate::deploys {

using Sources = std::vector<std::unique_ptr<EventSource>>;

[[nodiscard]] Result<Sources> make_datadog_events(const EnvironmentDefinition&, const Ports&);
[[nodiscard]] Result<Sources> make_grafana_annotations(const EnvironmentDefinition&, const Ports&);
[[nodiscard]] Result<Sources> make_graphite_events(const EnvironmentDefinition&, const Ports&);

/// A GET of `url` with the configuration's `auth`, `headers` and `ca`.
[[nodiscard]] Result<HttpRequest> get_request(const Config& config, const Ports& ports,
                                              std::string url);

/// The configurations of the environment's `notify` entries of this type. None is an error:
/// `example` is how one is written.
[[nodiscard]] Result<std::vector<Config>> entries_of(const EnvironmentDefinition& environment,
                                                     const std::string& type,
                                                     const std::string& example);

/// "the events with the tags deploy and web", for messages.
[[nodiscard]] std::string described(const Piece& piece, const std::string& plural);

/// The events of a JSON list, as `event_of` reads each; the error says what is no such list.
[[nodiscard]] Result<std::vector<Event>> read_list(
    const nlohmann::json& list, std::optional<Event> (*event_of)(const nlohmann::json&),
    const HttpRefusal& refusal);

/// The text under `key`; "" for null and nothing, and nothing for anything else.
[[nodiscard]] std::optional<std::string> text_in(const nlohmann::json& object, const char* key);

/// The texts of the list under `key`, likewise.
[[nodiscard]] std::optional<std::vector<std::string>> texts_in(const nlohmann::json& object,
                                                               const char* key);

/// The time under `key`, a number of `unit`; nothing where there is none.
[[nodiscard]] std::optional<TimePoint> time_in(const nlohmann::json& object, const char* key,
                                               Duration unit);

}  // namespace canarygate::deploys
