#include "pipelines/run_id.h"

#include <doctest/doctest.h>

#include <set>

namespace canarygate {

namespace {
TimePoint at(std::int64_t milliseconds) { return TimePoint(Duration(milliseconds)); }
}  // namespace

TEST_CASE(
    "a run id begins with its time in Crockford's base 32, as the ULID specification has it") {
  std::mt19937_64 random(1);
  // The specification's own example: 1469918176385 is 01ARYZ6S41.
  CHECK(make_run_id(at(1469918176385), random).substr(0, 10) == "01ARYZ6S41");
  CHECK(make_run_id(at((std::int64_t{1} << 48) - 1), random).substr(0, 10) == "7ZZZZZZZZZ");
}

TEST_CASE("a run id has 26 characters of the alphabet and no two are alike") {
  std::mt19937_64 random = entropy();
  std::set<std::string> seen;
  for (int i = 0; i < 1000; ++i) {
    const std::string id = make_run_id(at(1'795'212'000'000), random);
    CHECK(id.size() == 26);
    CHECK(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ") == std::string::npos);
    CHECK(seen.insert(id).second);
  }
}

TEST_CASE("a later run sorts after an earlier one, and a seed gives the same id again") {
  std::mt19937_64 random(7);
  std::mt19937_64 again(7);
  const std::string early = make_run_id(at(1'795'212'000'000), random);
  CHECK(early == make_run_id(at(1'795'212'000'000), again));
  CHECK(early < make_run_id(at(1'795'212'000'001), random));
}

}  // namespace canarygate
