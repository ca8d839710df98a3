/// A gate's story told by a file backend, static and file_sd discovery, and a clock that jumps
/// instead of waiting.
#pragma once

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <random>

#include "checks/duration.h"
#include "checks/gate.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

using std::chrono::minutes;
using std::chrono::seconds;

inline const TimePoint kDeploy = *parse_time("2026-11-21T14:00:00Z");
inline constexpr int kHosts = 8;
inline constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

/// What a canary host reports where an unchanged one would report `normal`.
using Effect = std::function<double(TimePoint time, double normal)>;

/// Eight hosts h-1..h-8, of which h-1 and h-2 are the canary; an hour of the past and 20 minutes
/// more.
inline void write_data(const std::filesystem::path& file, const Effect& effect) {
  std::mt19937_64 random(20261120);
  const auto noise = [&] {
    return static_cast<double>(random() >> 11U) / 9007199254740992.0 - 0.5;
  };
  std::ofstream csv(file);
  csv << "time,host,metric,value\n";
  for (int h = 1; h <= kHosts; ++h) {
    const double level = 10 * (1 + 0.2 * noise());
    for (TimePoint t = kDeploy - minutes(60); t <= kDeploy + minutes(20); t += seconds(15)) {
      const double normal = level * (1 + 0.2 * noise());
      const double value = h <= 2 && t > kDeploy ? effect(t, normal) : normal;
      if (std::isnan(value)) continue;
      csv << fmt::format("{},h-{},load,{:.6f}\n", to_unix_seconds(t), h, value);
    }
  }
}

class Story {
 public:
  explicit Story(const Effect& effect) {
    std::filesystem::create_directories(folder_);
    write_data(data(), effect);
    world.clock.advance(kDeploy - world.clock.now());

    CheckDefinition& check = request.loaded.check;
    check.name = "load";
    check.file = "checks/load.yaml";
    check.window = {minutes(1), minutes(2), seconds(15)};
    check.judge.history = minutes(40);
    check.judge.looks = 4;
    check.canary = hosts({"h-1", "h-2"});
    check.baseline = hosts({"h-3", "h-4", "h-5", "h-6", "h-7", "h-8"});
    MetricSpec metric;
    metric.name = "load";
    metric.query = "load";
    metric.worse = Worse::higher;
    check.metrics = {metric};
    Config config;
    config.set("path", data().string());
    request.loaded.environment.backends["default"] = {"file", config};
  }
  ~Story() { std::filesystem::remove_all(folder_); }
  Story(const Story&) = delete;
  Story& operator=(const Story&) = delete;

  Outcome run() { return run_gate(request, world.ports, observer); }

  /// Puts h-1 and h-2 into a file that discovery reads, instead of a fixed list.
  void discover_from_file() {
    write_targets(R"(["h-1", "h-2"])");
    Config selection;
    selection.set("path", targets().string());
    selection.set("as", std::string("address"));
    request.loaded.check.canary = {GroupSpec::Kind::source, "file_sd", selection, {}};
  }
  void write_targets(const std::string& list) {
    std::ofstream(targets()) << R"([{"targets": )" << list << R"(, "labels": {}}])";
  }
  [[nodiscard]] std::filesystem::path data() const { return folder_ / "data.csv"; }
  [[nodiscard]] std::filesystem::path targets() const { return folder_ / "targets.json"; }

  FakeWorld world;
  GateRequest request;
  GateObserver observer;

 private:
  static GroupSpec hosts(const std::vector<std::string>& names) {
    Config selection;
    selection.set("names", names);
    return {GroupSpec::Kind::source, "hosts", selection, {}};
  }
  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() / fmt::format("canarygate-story-{}", ::getpid());
};

inline const Effect kGood = [](TimePoint, double normal) { return normal; };
inline const Effect kBad = [](TimePoint, double normal) { return normal * 3; };
inline const Effect kSilent = [](TimePoint, double) { return kMissing; };

inline std::vector<std::string> codes(const std::vector<Reason>& reasons) {
  std::vector<std::string> all;
  for (const Reason& reason : reasons) all.push_back(reason.code);
  return all;
}

using Codes = std::vector<std::string>;

}  // namespace canarygate::test
