#include "checks/import/importer.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/definition/library.h"
#include "checks/definition/templates.h"
#include "checks/definition/yaml.h"
#include "checks/text.h"

namespace canarygate {

Importer argo_rollouts_importer();
Importer datadog_monitors_importer();
Importer flagger_importer();
Importer grafana_dashboard_importer();
Importer kayenta_importer();
Importer prometheus_rules_importer();

std::span<const Importer> importers() {
  // One a line, so that a new one is one line.
  // clang-format off
  static const std::vector<Importer> kImporters = {
      argo_rollouts_importer(),
      datadog_monitors_importer(),
      flagger_importer(),
      grafana_dashboard_importer(),
      kayenta_importer(),
      prometheus_rules_importer(),
  };
  // clang-format on
  return kImporters;
}

const Importer* find_importer(const std::string& name) {
  const auto all = importers();
  const auto found = std::ranges::find(all, name, &Importer::name);
  return found == all.end() ? nullptr : &*found;
}

namespace {

/// What the program itself would have against the file, were it read from checks/.
Problems problems_of(const CheckFile& file) {
  const std::string shown = fmt::format("checks/{}.yaml", file.name);
  auto yaml = parse_yaml(file.text, shown);
  if (!yaml) return {yaml.error()};
  Problems problems = std::move(yaml->problems);
  const ReadCheck read = read_check(yaml->root, file.name, {});
  problems.insert(problems.end(), read.problems.begin(), read.problems.end());
  std::set<std::string> defined;
  for (const auto& [variable, value] : read.check.vars) defined.insert(variable);
  check_known_variables(read.tree, defined, problems);
  sort_problems(problems);
  for (Problem& problem : problems) {
    problem.text = "internal error: the imported check is not valid: " + problem.text +
                   "; nothing was written. Please report it with the file that you imported";
  }
  return problems;
}

Unexpected<Problems> refuse(const std::string& file, std::string text) {
  return unexpected(Problems{{file, 0, 0, std::move(text)}});
}

std::string all_paths(std::span<const ImportFile> files) {
  std::vector<std::string> paths;
  for (const ImportFile& file : files) paths.push_back(file.path);
  return list_of(paths);
}

}  // namespace

Result<ImportResult, Problems> import_checks(const Importer& importer,
                                             std::span<const ImportFile> files,
                                             const ImportOptions& options,
                                             const std::optional<std::string>& name) {
  auto imported = importer.read(files, options);
  if (!imported) {
    sort_problems(imported.error());
    return unexpected(std::move(imported.error()));
  }
  if (imported->checks.empty()) {
    return refuse(all_paths(files), "there is nothing in it to make a check from");
  }
  if (name && imported->checks.size() > 1) {
    return refuse(all_paths(files), fmt::format("--name is for one check, and these are {}",
                                                imported->checks.size()));
  }
  ImportResult result{{}, std::move(imported->left_out)};
  std::vector<std::string> taken;
  for (ImportedCheck& one : imported->checks) {
    if (name) one.draft.check.name = *name;
    tidy(one.draft);
    one.draft.check.name = unique_name(one.draft.check.name, "-", taken);
    CheckFile file{one.draft.check.name, write_draft(one.draft, one.left_out),
                   one.draft.metrics.size(), std::move(one.left_out)};
    if (Problems problems = problems_of(file); !problems.empty()) {
      return unexpected(std::move(problems));
    }
    result.checks.push_back(std::move(file));
  }
  return result;
}

}  // namespace canarygate
