#include "pipelines/evidence/evidence.h"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <memory>
#include <random>

#include "checks/duration.h"
#include "checks/gate/recording.h"
#include "checks/gzip.h"

namespace canarygate::test {

namespace {

constexpr const char* kCheck = R"(
version: 1
check: web
canary: {hosts: [a]}
baseline: {hosts: [b, c]}
window: {warmup: 1m, duration: 2m, step: 15s}
judge: {history: 1h, looks: 2}
vars: {build: "007", plain: 007}
metrics:
  - {name: "5", query: load, allow: 1.50%}
)";

/// Any double at all: all exponents, both signs, infinities and NaN.
double any_double(std::mt19937_64& random) { return std::bit_cast<double>(random()); }

std::shared_ptr<gate::Recording> any_recording(std::mt19937_64& random) {
  auto recording = std::make_shared<gate::Recording>();
  recording->definition = parse_yaml(kCheck, "checks/web.yaml")->root;
  recording->file = "checks/web.yaml";
  recording->backends = {{"default", "prometheus"}};
  recording->links = {{{"board", "https://g.example/?a=1"}}};
  recording->groups = {{"a"}, {"b", "c"}, false, true, {{{"t", "x"}}, {{"t", "y"}}, true}};
  recording->plan.queries = {{"default", "load", "host", false}};
  recording->plan.metrics = {{0, {}, 0.1, 1.0 / 3.0}};
  judge::Timeline& line = recording->timeline;
  line.deployed_at = *parse_time("2026-11-20T14:03:20.250Z");
  line.start = line.deployed_at + std::chrono::minutes(1);
  line.step = std::chrono::seconds(15);
  line.points = 8;
  line.gap = 4;
  line.reference = 32;
  line.looks = {4, 8};
  line.late = 2;
  line.bases = {-44, -52};
  gate::Reply reply;
  reply.warnings = {"a \"quoted\"\nwarning"};
  for (const std::int64_t from : {-91, 1}) {
    gate::Piece piece{from, {}};
    for (const char* host : {"a", "b", "c"}) {
      Series series{host, {{"host", host}, {"zone", "ü"}}, {}};
      for (int i = 0; i < 8; ++i) series.values.push_back(any_double(random));
      piece.series.push_back(std::move(series));
    }
    reply.pieces.push_back(std::move(piece));
  }
  recording->replies = {std::move(reply)};
  recording->looks_judged = 2;
  recording->looks_done = 2;
  recording->confirmed = true;
  recording->after.fail = {{"canary_left", {}, "a", "a left"}};
  recording->remarks = {"slow"};
  recording->outcome.check = "web";
  recording->outcome.environment = "prod";
  recording->outcome.seed = random() >> 11U;
  recording->outcome.trouble_kind = ErrorKind::timeout;
  recording->outcome.deployed_at = line.deployed_at;
  return recording;
}

bool same_number(double a, double b) {
  if (!std::isfinite(a)) return std::isnan(b);  // infinities are missing, too
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

std::string error_of(const std::string& json) {
  const auto evidence = unpack_evidence(gzip(json));
  return evidence ? "" : evidence.error().text;
}

}  // namespace

TEST_CASE("every number comes back bit for bit, and packing again gives the same bytes") {
  std::mt19937_64 random(20261127);
  for (int round = 0; round < 200; ++round) {
    Report report;
    report.program_version = "1.2.3";
    report.run_id = "01";
    report.soft_fail = round % 2 == 0;
    report.override_reason = "known";
    const auto recording = any_recording(random);
    report.outcome.check = "web";
    report.outcome.environment = "prod";
    report.outcome.recording = recording;
    const auto packed = pack_evidence({&report, 1}, true);
    REQUIRE(packed);
    auto evidence = unpack_evidence(*packed);
    REQUIRE_MESSAGE(evidence, evidence.error().text);
    CHECK(evidence->program_version == "1.2.3");
    CHECK(evidence->as_list);
    REQUIRE(evidence->reports.size() == 1);
    Report& read = evidence->reports.front();
    const auto& pieces = read.outcome.recording->replies.front().pieces;
    REQUIRE(pieces.size() == 2);
    for (std::size_t p = 0; p < 2; ++p) {
      for (std::size_t s = 0; s < 3; ++s) {
        const auto& was = recording->replies.front().pieces[p].series[s].values;
        const auto& is = pieces[p].series[s].values;
        REQUIRE(is.size() == was.size());
        for (std::size_t i = 0; i < was.size(); ++i) CHECK(same_number(was[i], is[i]));
      }
    }
    read.program_version = evidence->program_version;
    read.outcome.environment = read.outcome.recording->outcome.environment;
    const auto packed_again = pack_evidence(evidence->reports, true);
    REQUIRE(packed_again);
    CHECK(*packed_again == *packed);
  }
}

TEST_CASE("text in quotes stays text, and numbers stay as they were written") {
  std::mt19937_64 random(1);
  Report report;
  report.outcome.recording = any_recording(random);
  report.outcome.check = "web";
  const auto evidence = unpack_evidence(*pack_evidence({&report, 1}, false));
  REQUIRE(evidence);
  const YamlNode& tree = evidence->reports.front().outcome.recording->definition;
  const YamlNode* build = tree.find("vars")->find("build");
  CHECK(build->text == "007");
  CHECK(build->quoted);
  CHECK_FALSE(tree.find("vars")->find("plain")->quoted);
  const YamlNode& metric = tree.find("metrics")->children.front();
  CHECK(metric.find("allow")->text == "1.50%");
  CHECK(metric.find("name")->quoted);
}

TEST_CASE("what is no evidence, newer or not whole is refused") {
  CHECK(error_of("{}").starts_with("is no evidence of canarygate"));
  CHECK(error_of(R"({"evidence_version": 0})").starts_with("is no evidence of canarygate"));
  CHECK(error_of(R"({"evidence_version": 99})").starts_with("has evidence version 99, and this"));
  CHECK(error_of(R"({"evidence_version": 1})").starts_with("is damaged, or was changed by hand: "));
  CHECK(error_of(R"({"evidence_version": 1, "canarygate": "", "as_list": false, "checks": []})")
            .starts_with("is damaged, or was changed by hand: "));
}

}  // namespace canarygate::test
