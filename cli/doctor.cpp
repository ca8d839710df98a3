#include "pipelines/doctor/doctor.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/library.h"
#include "checks/definition/root_files.h"
#include "checks/text.h"
#include "cli/commands.h"
#include "cli/doctor/print.h"
#include "cli/failed.h"
#include "cli/subject.h"

namespace canarygate {

namespace {

using doctor::Examination;
using doctor::State;

/// The environments that are meant: nothing is the root file's own backends.
std::vector<std::optional<std::string>> places_of(const Options& options, const ConfigRoot& root) {
  if (options.environment) return {options.environment};
  const bool none_is_usual = !root.environment && root.backends.empty();
  if (!options.all && !none_is_usual) return {root.environment};
  std::vector<std::optional<std::string>> places;
  for (const std::string& name : names_on(root.folder, kEnvironments)) places.emplace_back(name);
  if (places.empty() || !root.backends.empty()) places.emplace_back();
  return places;
}

Examination definitions_of(const ConfigRoot& root) {
  const Validation validation = validate(root, {});
  Examination examination{"definitions", "", "", ""};
  examination.text = fmt::format("{} read, all valid", count_of(validation.checked.size(), "file"));
  if (!validation.problems.empty()) {
    examination.state = State::failure;
    examination.cause = doctor::Cause::definition;
    examination.text = fmt::format("{}, the first: {}; `canarygate validate` lists them",
                                   count_of(validation.problems.size(), "problem"),
                                   validation.problems.front().str());
  } else if (!validation.warnings.empty()) {
    examination.warn(fmt::format("`canarygate validate` has {}",
                                 count_of(validation.warnings.size(), "warning")));
  }
  return examination;
}

/// Looks at everything of one environment, and tells each as soon as it is known.
void examine(const std::optional<std::string>& place, const Options& options,
             const ConfigRoot& root, const Ports& ports, DoctorPrinter& printer) {
  ReadEnvironment read;
  if (place) {
    read = read_environment(root, *place);
  } else {
    read.file = environment_of_root(root);
  }
  if (!read.problems.empty()) {
    Examination examination{"environment", *place, "", ""};
    examination.state = State::failure;
    examination.cause = doctor::Cause::definition;
    examination.text = read.problems.front().str();
    printer.begin(place.value_or(""), {});
    printer.tell(examination);
    return;
  }
  doctor::Patient patient{read.file.definition, {}, history_of(root, read.file.definition)};
  Options here = options;
  here.environment = place;
  if (const auto names = checks_of(root, place)) {
    for (const std::string& name : *names) {
      patient.checks.push_back({name, request_of(here, root, name)});
    }
  }
  const auto sockets = make_system_sockets(ports.interrupt);
  const auto items = doctor::items_of(patient, ports, *sockets);
  printer.begin(place.value_or(""), items);
  for (const doctor::Item& item : items) {
    if (ports.interrupt.raised()) return;
    for (const Examination& examination : item.examine()) printer.tell(examination);
  }
}

}  // namespace

int run_doctor(const Options& options, const Ports& ports, Console& console) {
  const auto root = root_of(options);
  if (!root) return failed(root.error(), console);
  DoctorPrinter printer(root->folder.string(), options.format, console);
  printer.tell(definitions_of(*root));
  for (const auto& place : places_of(options, *root)) {
    examine(place, options, *root, ports, printer);
  }
  if (ports.interrupt.raised()) {
    console.err << "canarygate: interrupted; not everything was looked at\n";
    return 128 + ports.interrupt.signal();
  }
  return printer.finish();
}

}  // namespace canarygate
