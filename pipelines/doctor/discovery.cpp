#include <fmt/format.h>

#include "checks/discovery/source.h"
#include "checks/gate/queries.h"
#include "checks/http/url.h"
#include "checks/roster.h"
#include "checks/text.h"
#include "pipelines/doctor/ward.h"

namespace canarygate::doctor {

Examination examine_source(Ward& ward, const std::string& name) {
  const Config& connection = ward.patient.environment.discovery.at(name);
  Examination examination{"discovery", name, name, host_of(connection.get<std::string>("url"))};
  static_cast<void>(ward.http.take());
  const SourceType* type = find_source_type(name);
  if (type == nullptr) return examination;  // the files' parser has refused it
  const auto source = type->make(connection, ward.ports);
  const auto greeting =
      source ? (*source)->greet(kPatience) : Result<Greeting>(unexpected(source.error()));
  if (!greeting) {
    ward.fail(examination, greeting.error());
    ward.failed_sources[name] = examination.cause;
    return examination;
  }
  examination.text =
      greeting->seen.empty()
          ? std::string("asked below, for each check")
          : (examination.server.empty() ? name : examination.server) + " " + greeting->seen;
  if (!greeting->doubt.empty()) examination.warn(greeting->doubt);
  ward.note_answers(examination);
  return examination;
}

namespace {

std::string counted(const Roster& roster, const CheckDefinition& check) {
  if (check.canary.kind == GroupSpec::Kind::tags) return "hosts are told by their series' tags";
  const std::string canary = "canary " + count_of(roster.hosts.canary.size(), "host");
  if (check.baseline.kind == GroupSpec::Kind::none) return canary + ", no baseline";
  if (check.baseline.kind == GroupSpec::Kind::tags) {
    return canary + ", the baseline is told by its series' tags";
  }
  return fmt::format("{}, baseline {}", canary, roster.hosts.baseline.size());
}

}  // namespace

Examination examine_check(Ward& ward, const PatientCheck& check) {
  Examination examination{"check", check.name, "", ""};
  if (!check.request) {
    examination.state = State::failure;
    examination.cause = Cause::definition;
    const Problems& problems = check.request.error();
    examination.text = problems.empty() ? "cannot be read" : problems.front().str();
    if (problems.size() > 1) {
      examination.text += fmt::format(" (and {} more: `canarygate validate`)", problems.size() - 1);
    }
    return examination;
  }
  const CheckDefinition& definition = check.request->loaded.check;
  for (const GroupSpec* group : {&definition.canary, &definition.baseline}) {
    if (group->kind != GroupSpec::Kind::source) continue;
    const auto failed = ward.failed_sources.find(group->source);
    if (failed == ward.failed_sources.end()) continue;
    examination.state = State::failure;
    examination.cause = failed->second;
    examination.text = fmt::format("its hosts cannot be found: see discovery {}", group->source);
    return examination;
  }
  static_cast<void>(ward.http.take());
  const RosterRequest request{definition, check.request->loaded.environment,
                              check.request->canary_hosts, check.request->baseline_hosts,
                              gate::run_variables(*check.request, {})};
  const auto roster = find_hosts(request, ward.ports, kPatience);
  if (!roster) {
    ward.fail(examination, roster.error());
    // Between two deploys there may be no canary, and {{version}} is only known at a deploy.
    const bool of_now =
        roster.error().kind == ErrorKind::no_hosts || roster.error().kind == ErrorKind::definition;
    if (of_now) {
      examination.state = State::warning;
      examination.cause = Cause::none;
    }
    return examination;
  }
  examination.text = counted(*roster, definition);
  for (const std::string& unmet : roster->unmet) examination.warn(unmet);
  for (const std::string& warning : roster->hosts.warnings) examination.warn(warning);
  ward.note_answers(examination);
  return examination;
}

}  // namespace canarygate::doctor
