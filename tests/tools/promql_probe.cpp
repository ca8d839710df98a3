// Evaluates queries over the samples that a test read from a real Prometheus, so that the test can
// compare the results. JSON on stdin:
//   {"series": [{"labels": {…}, "samples": [[milliseconds, "1.5" | "stale"], …]}, …],
//    "jobs": [{"query": "…", "start": milliseconds, "step": milliseconds, "points": n,
//              "lookback": milliseconds}, …]}
// JSON on stdout, for each job one of
//   {"series": [{"labels": {…}, "points": [[milliseconds, "1.5"], …]}, …]}
//   {"column": n, "refused": "…"}    the query cannot be read
//   {"failed": "…"}                  it cannot be evaluated
#include <fmt/format.h>

#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "checks/promql/evaluate.h"
#include "checks/promql/matcher.h"

namespace {

using namespace canarygate;
using nlohmann::json;

struct Stored {
  promql::Labels labels;
  std::vector<promql::Sample> samples;
};

class Samples : public promql::SampleSource {
 public:
  explicit Samples(const json& series) {
    for (const json& row : series) {
      Stored stored;
      stored.labels = row.at("labels").get<promql::Labels>();
      for (const json& pair : row.at("samples")) {
        const auto text = pair.at(1).get<std::string>();
        const double value =
            text == "stale" ? promql::stale_marker() : std::strtod(text.c_str(), nullptr);
        stored.samples.push_back({pair.at(0).get<std::int64_t>(), value});
      }
      all_.push_back(std::move(stored));
    }
  }

  [[nodiscard]] std::vector<promql::StoredSeries> select(
      std::span<const promql::Matcher> matchers) const override {
    std::vector<promql::StoredSeries> found;
    for (const Stored& stored : all_) {
      if (accepts(matchers, stored.labels)) found.push_back({&stored.labels, stored.samples});
    }
    return found;
  }

 private:
  std::vector<Stored> all_;
};

json run(const json& job, const Samples& samples) {
  const auto query = promql::parse(job.at("query").get<std::string>());
  if (!query) return {{"column", query.error().column}, {"refused", query.error().text}};
  const auto milliseconds = [&](const char* key) {
    return Duration(job.at(key).get<std::int64_t>());
  };
  const Grid grid{TimePoint(milliseconds("start") - milliseconds("step")), milliseconds("step"),
                  job.at("points").get<std::int64_t>()};
  const auto results = promql::evaluate(*query, samples, grid, milliseconds("lookback"));
  if (!results) return {{"failed", results.error()}};
  json series = json::array();
  for (const promql::EvaluatedSeries& one : *results) {
    json points = json::array();
    for (const promql::Sample& sample : one.points) {
      points.push_back({sample.time, fmt::format("{}", sample.value)});
    }
    series.push_back({{"labels", one.labels}, {"points", std::move(points)}});
  }
  return {{"series", std::move(series)}};
}

}  // namespace

int main() {
  const json input = json::parse(std::cin);
  const Samples samples(input.at("series"));
  json results = json::array();
  for (const json& job : input.at("jobs")) results.push_back(run(job, samples));
  std::cout << results << '\n';
}
