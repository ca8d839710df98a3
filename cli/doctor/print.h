/// What `doctor` prints: a line for each thing as soon as it was looked at, or one JSON document at
/// the end.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/commands.h"
#include "pipelines/doctor/doctor.h"

namespace canarygate {

class DoctorPrinter {
 public:
  DoctorPrinter(std::string root, Options::Format format, Console& console);

  /// What is told from now on is of `environment`; "" is the root file's own. `items`: what is to
  /// be looked at there.
  void begin(const std::string& environment, const std::vector<doctor::Item>& items);
  void tell(const doctor::Examination& examination);
  /// Returns the exit code: 2 when anything failed.
  [[nodiscard]] int finish();

 private:
  void print(const doctor::Examination& examination);

  Options::Format format_;
  Console& console_;
  nlohmann::ordered_json examined_ = nlohmann::ordered_json::array();
  std::string root_;
  std::string environment_;
  std::size_t width_ = 0;
  std::size_t count_ = 0;
  std::size_t failures_ = 0;
  std::size_t warnings_ = 0;
};

}  // namespace canarygate
