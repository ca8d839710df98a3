/// The files of a new config root: their texts, and writing them so that either all are there or
/// none is.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/problem.h"
#include "checks/result.h"
#include "cli/init/propose.h"

namespace canarygate::init {

/// Everything that the files say. "" and empty: not known, a template says what goes there.
struct Plan {
  std::string environment;
  std::string check;
  std::string url;
  std::string token_env;
  std::string consul;
  std::string consul_token_env;
  std::string service;
  std::string canary_tag;
  std::string as;  ///< of the source; "" for its default
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
  std::vector<ProposedMetric> metrics;
  std::string host_label;  ///< of these; "" for the backend's default
  Duration scrape_interval = std::chrono::seconds(15);
};

struct NewFile {
  std::filesystem::path path;  ///< under the root
  std::string text;
};

/// In the order in which they are written: the root file, which makes the others count, last.
[[nodiscard]] std::vector<NewFile> files_of(const Plan& plan);

/// Those of `files` that are there already.
[[nodiscard]] std::vector<std::string> existing(const std::filesystem::path& folder,
                                                const std::vector<NewFile>& files);

/// Writes all, over none, and validates them as `canarygate validate` does. With an error nothing
/// that was written stays.
[[nodiscard]] Status write_all(const std::filesystem::path& folder,
                               const std::vector<NewFile>& files);

}  // namespace canarygate::init
