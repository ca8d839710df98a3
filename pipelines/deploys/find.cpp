#include "pipelines/deploys/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "checks/backtest/deploys_file.h"
#include "checks/backtest/merge_deploys.h"
#include "checks/text.h"
#include "pipelines/deploys/collect.h"
#include "pipelines/deploys/event_source.h"
#include "pipelines/deploys/own_events.h"

namespace canarygate::deploys {

namespace {

using backtest::PastDeploy;

constexpr std::size_t kLongestLabel = 100;  ///< characters
/// The message about a deploy comes when it was judged, or later.
constexpr Duration kLatestMessage = std::chrono::hours(24);

const EventSourceType* find_type(const std::string& name) {
  const auto types = event_source_types();
  const auto found = std::ranges::find(types, name, &EventSourceType::name);
  return found == types.end() ? nullptr : &*found;
}

std::vector<std::string> names() {
  std::vector<std::string> names;
  for (const EventSourceType& type : event_source_types()) names.push_back(type.name);
  return names;
}

/// The deploys of all sources of one type, with and without canarygate's own events.
class Search {
 public:
  Search(const EventSourceType& type, const Wanted& wanted, const std::string& environment)
      : type_(type), wanted_(wanted), environment_(environment) {}

  [[nodiscard]] Status ask_own(const EventSource& source, const Ports& ports, Duration patience) {
    Piece piece{own_tags(wanted_.check, environment_), wanted_.from,
                std::min(wanted_.to + kLatestMessage, std::max(wanted_.to, ports.clock.now())), 0};
    std::ranges::transform(piece.tags, piece.tags.begin(),
                           [&](const std::string& tag) { return source.kept(tag); });
    const auto events = collect(source, piece, ports, patience);
    if (!events) return unexpected(events.error());
    for (const Event& event : *events) {
      if (environment_.empty() && names_environment(event)) continue;
      auto deploy = own_deploy(event);
      if (deploy && deploy->deployed_at >= wanted_.from && deploy->deployed_at <= wanted_.to) {
        add(own_, std::move(*deploy));
      }
    }
    return Done{};
  }

  [[nodiscard]] Status ask(const EventSource& source, const std::vector<std::string>& tags,
                           const Ports& ports, Duration patience) {
    Piece piece{{}, wanted_.from, wanted_.to, 0};
    for (const std::string& tag : tags) piece.tags.push_back(source.kept(tag));
    const auto events = collect(source, piece, ports, patience);
    if (!events) return unexpected(events.error());
    for (const Event& event : *events) {
      if (is_own(event)) continue;
      const std::string_view text = event.text;
      PastDeploy deploy;
      deploy.deployed_at = event.time;
      deploy.label = printable(shorten(trim(text.substr(0, text.find('\n'))), kLongestLabel));
      add(others_, std::move(deploy));
    }
    return Done{};
  }

  [[nodiscard]] Result<std::vector<PastDeploy>> deploys() && {
    auto own = backtest::merge_deploys(std::move(own_));
    if (!own) return own;
    return backtest::merge_deploys(std::move(*own), std::move(others_), wanted_.apart);
  }

 private:
  static bool names_environment(const Event& event) {
    return std::ranges::any_of(event.tags, [](const std::string& tag) {
      return to_lower(tag).starts_with("environment:");
    });
  }

  void add(std::vector<PastDeploy>& deploys, PastDeploy deploy) const {
    deploy.source = type_.name;
    deploys.push_back(std::move(deploy));
  }

  const EventSourceType& type_;
  const Wanted& wanted_;
  const std::string& environment_;
  std::vector<PastDeploy> own_;
  std::vector<PastDeploy> others_;
};

Result<std::vector<PastDeploy>> ask_all(const EventSourceType& type,
                                        const std::vector<std::string>& tags, const Wanted& wanted,
                                        const EnvironmentDefinition& environment,
                                        const Ports& ports, Duration patience) {
  const Duration deadline = ports.clock.elapsed() + patience;
  const auto left = [&] { return std::max(deadline - ports.clock.elapsed(), Duration(0)); };
  const auto sources = type.make(environment, ports);
  if (!sources) return unexpected(sources.error());
  Search search(type, wanted, environment.name);
  for (const auto& source : *sources) {
    Status asked = search.ask_own(*source, ports, left());
    if (asked && !tags.empty()) asked = search.ask(*source, tags, ports, left());
    if (!asked) return unexpected(asked.error());
  }
  return std::move(search).deploys();
}

/// A name that is no file's was perhaps meant as a source.
Result<std::vector<PastDeploy>> read_file(const std::string& path, const std::string& name) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    const std::string meant = nearest(name, names());
    return fail(ErrorKind::usage,
                fmt::format("there is no file '{}'{}; deploys come from a file, or from {}",
                            printable(path),
                            meant.empty() ? "" : fmt::format(" (did you mean '{}'?)", meant),
                            event_source_names()));
  }
  return backtest::read_deploys_file(path);
}

}  // namespace

std::string event_source_names() {
  std::vector<std::string> all = names();
  const std::string last = all.back();
  all.pop_back();
  return join(all, ", ") + " or " + last;
}

Result<std::vector<PastDeploy>> find_past_deploys(const std::string& source, const Wanted& wanted,
                                                  const EnvironmentDefinition& environment,
                                                  const Ports& ports, Duration patience) {
  const std::size_t colon = source.find(':');
  const std::string name = source.substr(0, colon);
  const EventSourceType* type = find_type(name);
  if (type == nullptr) return read_file(source, name);
  std::vector<std::string> tags;
  if (colon != std::string::npos) {
    for (const std::string& tag : split(std::string_view(source).substr(colon + 1), ',')) {
      if (!trim(tag).empty()) tags.emplace_back(trim(tag));
    }
    if (tags.empty()) {
      return fail(ErrorKind::usage,
                  fmt::format("'{}' names no tag after the colon; write {}:deploy, or {} alone for "
                              "the deploys that canarygate has reported there",
                              printable(source), name, name));
    }
  }
  auto deploys = ask_all(*type, tags, wanted, environment, ports, patience);
  if (!deploys && deploys.error().kind != ErrorKind::usage) {
    Error error = deploys.error();
    error.text = fmt::format("{}: {}", name, error.text);
    return unexpected(std::move(error));
  }
  return deploys;
}

}  // namespace canarygate::deploys
