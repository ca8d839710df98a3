/// What a backend made of one answer, for the tests of its replies.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "checks/metrics/backend.h"
#include "tests/support/fakes.h"

namespace canarygate::test {

/// A derived struct announces the request in `world` and asks for one query.
struct Answered {
  FakeWorld world;
  Result<QueryAnswer> answer = fail(ErrorKind::backend, "not asked");

  [[nodiscard]] std::string error() const {
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().kind == ErrorKind::backend);
    return answer.error().text;
  }
  /// The only one.
  [[nodiscard]] const Series& series() const {
    REQUIRE_MESSAGE(answer.has_value(), answer.error().text);
    REQUIRE(answer->series.size() == 1);
    return answer->series.front();
  }
  [[nodiscard]] const std::vector<double>& values() const { return series().values; }
};

}  // namespace canarygate::test
