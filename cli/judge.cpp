#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <random>
#include <system_error>
#include <utility>

#include "checks/text.h"
#include "cli/commands.h"
#include "cli/failed.h"
#include "cli/publish.h"
#include "cli/subject.h"
#include "pipelines/evidence/again.h"
#include "pipelines/evidence/evidence.h"
#include "pipelines/run_id.h"

namespace canarygate {

namespace {

constexpr std::size_t kReadAtOnce = 64 * std::size_t{1024};

/// The end of a sentence that begins with the file, as unpack_evidence() has them.
Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string part(kReadAtOnce, '\0');
  std::string all;
  while (file && all.size() <= kMostEvidenceBytes) {
    file.read(part.data(), static_cast<std::streamsize>(part.size()));
    all.append(part, 0, static_cast<std::size_t>(file.gcount()));
  }
  if (all.size() > kMostEvidenceBytes) return fail(ErrorKind::usage, "is too large");
  if (file.eof()) return all;
  return fail(ErrorKind::usage, "cannot be read: " + std::generic_category().message(errno));
}

/// Those of the evidence's checks that are meant: all, or by name.
Result<std::vector<Report>> chosen(std::vector<Report> reports,
                                   const std::vector<std::string>& names) {
  if (names.empty()) return reports;
  const auto name_of = [](const Report& report) { return report.outcome.check; };
  std::vector<std::string> known;
  for (const Report& report : reports) known.push_back(name_of(report));
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) != known.end()) continue;
    return fail(ErrorKind::usage, fmt::format("holds no check '{}'; it holds {}", printable(name),
                                              list_of(known, 20)));
  }
  std::erase_if(reports, [&](const Report& report) {
    return std::ranges::find(names, name_of(report)) == names.end();
  });
  return reports;
}

std::string command_line(const Options& options) {
  std::string line = "canarygate judge";
  for (const std::string& name : options.names) line += " " + shell_word(name);
  for (const std::string& setting : options.settings) line += " --set " + shell_word(setting);
  return printable(line);
}

}  // namespace

int run_judge(const Options& options, const Ports& ports, Console& console) {
  const std::string& path = options.names.front();
  const auto refuse = [&](const Error& error) {
    console.err << fmt::format("canarygate: evidence '{}' {}\n", printable(path), error.text);
    return 2;
  };
  const auto packed = read_file(path);
  if (!packed) return refuse(packed.error());
  auto evidence = unpack_evidence(*packed);
  if (!evidence) return refuse(evidence.error());
  auto recorded =
      chosen(std::move(evidence->reports), {options.names.begin() + 1, options.names.end()});
  if (!recorded) return refuse(recorded.error());

  if (evidence->program_version != CANARYGATE_VERSION) {
    console.err << fmt::format("canarygate: note: recorded by canarygate {}, judged again by {}\n",
                               printable(evidence->program_version), CANARYGATE_VERSION);
  }
  std::vector<Report> reports;
  std::mt19937_64 random = entropy();
  for (Report& each : *recorded) {
    auto report = judged_again(std::move(each), options.settings, ports);
    if (!report) return failed(report.error().text, console);
    report->program_version = CANARYGATE_VERSION;
    report->command_line = command_line(options);
    if (!options.settings.empty()) report->run_id = make_run_id(ports.clock.now(), random);
    reports.push_back(std::move(*report));
  }
  const bool as_list = reports.size() > 1 || (evidence->as_list && options.names.size() == 1);
  return publish(reports, as_list, options.reports, ports.variables, console);
}

}  // namespace canarygate
