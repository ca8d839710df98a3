#include <fmt/format.h>
#include <fnmatch.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "checks/discovery/reply.h"
#include "checks/discovery/source.h"
#include "checks/discovery/targets.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kLargestFile = 16U << 20U;
constexpr std::size_t kMostTargets = 100'000;

using Labels = std::map<std::string, std::string>;

/// One entry of a file: addresses that share labels.
struct TargetGroup {
  std::vector<std::string> targets;
  Labels labels;
};
using TargetGroups = std::vector<TargetGroup>;

/// The error is what is wrong with the file's text.
using Parsed = Result<TargetGroups, std::string>;

Parsed parse_json(const std::string& text) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  simdjson::dom::array entries;
  if (parser.parse(text).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not complete JSON"));
  }
  if (document.get(entries) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not a list of target groups"));
  }
  TargetGroups groups;
  ReplyReader reader;
  for (const simdjson::dom::element entry : entries) {
    reader.enter(fmt::format("entry {}", groups.size() + 1));
    if (!reader.field(entry, "targets")) {
      return unexpected(fmt::format("entry {} has no 'targets'", groups.size() + 1));
    }
    groups.push_back({reader.texts(entry, "targets"), reader.text_map(entry, "labels")});
  }
  if (!reader.complaint().empty()) return unexpected(reader.complaint());
  return groups;
}

/// May throw YAML::Exception.
Parsed read_yaml(const std::string& text) {
  const YAML::Node document = YAML::Load(text);
  if (document.IsNull()) return TargetGroups{};
  if (!document.IsSequence()) return unexpected(std::string("it is not a list of target groups"));
  TargetGroups groups;
  std::size_t count = 0;
  for (const YAML::Node& entry : document) {
    const std::string place = fmt::format("entry {}", groups.size() + 1);
    if (!entry.IsMap() || !entry["targets"].IsDefined()) {
      return unexpected(place + " has no 'targets'");
    }
    TargetGroup group;
    for (const YAML::Node& target : entry["targets"]) {
      group.targets.push_back(target.as<std::string>());
      if (++count > kMostTargets) {
        return unexpected(fmt::format("it has more than {} targets", kMostTargets));
      }
    }
    if (entry["labels"].IsDefined()) {
      for (const auto& label : entry["labels"]) {
        group.labels.emplace(label.first.as<std::string>(), label.second.as<std::string>());
      }
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

Parsed parse_yaml(const std::string& text) {
  try {
    return read_yaml(text);
  } catch (const YAML::Exception& problem) {
    return unexpected(fmt::format("line {}: {}", problem.mark.line + 1, problem.msg));
  }
}

Result<TargetGroups> read_file(const std::filesystem::path& path) {
  const std::string shown = printable(path.string());
  std::ifstream file(path, std::ios::binary);
  if (!file || !std::filesystem::is_regular_file(path)) {
    return fail(ErrorKind::discovery,
                fmt::format("cannot read the targets file '{}'; check that it exists and that this "
                            "user may read it",
                            shown));
  }
  std::string text(kLargestFile + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestFile) {
    return fail(ErrorKind::discovery,
                fmt::format("the targets file '{}' is larger than 16 MiB", shown));
  }
  const Parsed groups = path.extension() == ".json" ? parse_json(text) : parse_yaml(text);
  if (!groups) {
    return fail(ErrorKind::discovery,
                fmt::format("{}: {}; expected Prometheus' form, a list of {{targets: […], labels: "
                            "{{…}}}}",
                            shown, printable(groups.error())));
  }
  return *groups;
}

/// Sorted. A pattern may stand in the last part of the path, as in Prometheus.
Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& path) {
  if (path.filename().string().find_first_of("*?[") == std::string::npos) {
    return std::vector<std::filesystem::path>{path};
  }
  std::vector<std::filesystem::path> files;
  std::error_code problem;
  std::filesystem::directory_iterator at(path.parent_path(), problem);
  for (; !problem && at != std::filesystem::directory_iterator(); at.increment(problem)) {
    if (fnmatch(path.filename().c_str(), at->path().filename().c_str(), FNM_PERIOD) == 0) {
      files.push_back(at->path());
    }
  }
  if (files.empty()) {
    return fail(ErrorKind::discovery, fmt::format("no targets file matches '{}'{}; check `path`",
                                                  printable(path.string()),
                                                  problem ? " (" + problem.message() + ")" : ""));
  }
  std::ranges::sort(files);
  return files;
}

/// Files that Prometheus' file_sd_configs read too.
class TargetFiles : public DiscoverySource {
 public:
  Result<Found> find(const Config& selection, Duration) override {
    const auto path = selection.get<std::string>("path");
    auto known = read_.find(path);
    if (known == read_.end()) {
      auto groups = read_all(path);
      if (!groups) return unexpected(groups.error());
      known = read_.emplace(path, std::move(*groups)).first;
    }
    return select(known->second, selection);
  }

 private:
  static Result<TargetGroups> read_all(const std::string& path) {
    const auto files = files_of(path);
    if (!files) return unexpected(files.error());
    TargetGroups all;
    for (const auto& file : *files) {
      auto groups = read_file(file);
      if (!groups) return groups;
      all.insert(all.end(), groups->begin(), groups->end());
    }
    return all;
  }

  static Found select(const TargetGroups& groups, const Config& selection) {
    const auto wanted = selection.get<Labels>("labels");
    const auto as = selection.get<std::string>("as");
    Found found;
    std::vector<Labels> seen;
    std::size_t nameless = 0;
    for (const TargetGroup& group : groups) {
      seen.push_back(group.labels);
      if (!has_labels(group.labels, wanted)) continue;
      for (const std::string& target : group.targets) {
        const std::string name = target_name(target, group.labels, as);
        if (name.empty()) {
          ++nameless;
        } else {
          found.hosts.push_back({name, group.labels});
        }
      }
    }
    if (nameless > 0) {
      found.warnings.push_back(fmt::format("left out {} without {}", count_of(nameless, "target"),
                                           as == "node" ? "a label 'node'" : "a name"));
    }
    if (found.hosts.empty()) {
      const std::string with = describe_labels(wanted);
      found.why_nobody =
          fmt::format("'{}' lists no target{}{}", printable(selection.get<std::string>("path")),
                      with.empty() ? "" : " with " + with,
                      with.empty() ? "" : "; " + describe_values(seen, wanted));
    }
    return found;
  }

  std::map<std::string, TargetGroups> read_;  ///< by path
};

Result<std::unique_ptr<DiscoverySource>> make(const Config&, const Ports&) {
  return std::unique_ptr<DiscoverySource>(std::make_unique<TargetFiles>());
}

}  // namespace

SourceType file_sd_source() {
  return {"file_sd",
          "target files as Prometheus' file_sd_configs read them, JSON or YAML",
          {},
          {
              {"path", KeyKind::path, true, "the file; its last part may be a pattern: web-*.json"},
              {"labels", KeyKind::text_map, false, "labels that a target has"},
              target_as_key(),
          },
          {"labels"},
          make};
}

}  // namespace canarygate
