#include "checks/metrics/zabbix_query.h"

#include <doctest/doctest.h>

#include <cmath>

#include "checks/metrics/zabbix.h"

using namespace canarygate;
using namespace canarygate::zabbix;
using namespace std::chrono_literals;

TEST_CASE("a query is a function of an item's key, and of the hosts it names") {
  struct Case {
    std::string text;
    Function function;
    std::string key;
    std::vector<std::string> hosts;
  };
  const std::vector<Case> cases = {
      {"app.errors", Function::avg, "app.errors", {}},
      {"avg(system.cpu.load[all,avg1])", Function::avg, "system.cpu.load[all,avg1]", {}},
      {" sum( app.requests ) ", Function::sum, "app.requests", {}},
      {"min(a-b_c.d)", Function::min, "a-b_c.d", {}},
      {"max(net.if.in[\"eth0 (up)]\",[a,\"b\\\"]\"]])",
       Function::max,
       "net.if.in[\"eth0 (up)]\",[a,\"b\\\"]\"]]",
       {}},
      {"last(log[/var/x\"y)])", Function::last, "log[/var/x\"y)]", {}},
      {"count(vfs.fs.size[/,pused]) on web-1, web-2,10.0.0.1",
       Function::count,
       "vfs.fs.size[/,pused]",
       {"web-1", "web-2", "10.0.0.1"}},
      {"app.errors on web-1", Function::avg, "app.errors", {"web-1"}},
  };
  for (const Case& expected : cases) {
    CAPTURE(expected.text);
    const auto query = parse_query(expected.text);
    REQUIRE(query.has_value());
    CHECK(query->function == expected.function);
    CHECK(query->key == expected.key);
    CHECK(query->hosts == expected.hosts);
    CHECK_FALSE(zabbix_backend().fault_in(expected.text).has_value());
  }
}

TEST_CASE("a query that cannot be asked is refused with its column") {
  for (const auto& [text, column, said] :
       std::vector<std::tuple<std::string, std::size_t, std::string>>{
           {"", 1, "expected an item's key, such as system.cpu.load[all,avg1]"},
           {"avg()", 5, "expected an item's key, such as system.cpu.load[all,avg1]"},
           {"mean(a)", 1,
            "unknown function 'mean'; there are avg, sum, min, max, last and count of an item's "
            "key"},
           {"avg(a[b)", 5, "a [ or \" of this key is not closed"},
           {"a[\"b]", 1, "a [ or \" of this key is not closed"},
           {"avg(a", 6, "expected ) after the key"},
           {"avg(a,5m)", 6, "expected ) after the key"},
           {"a b", 3, "after the item only `on {{hosts}}` is possible"},
           {"avg(a) * 2", 8, "after the item only `on {{hosts}}` is possible"},
           {"a[größe] * 2", 10, "after the item only `on {{hosts}}` is possible"},
           {"a on x,,y", 8, "expected hosts after `on`, joined by commas"}}) {
    CAPTURE(text);
    const auto fault = zabbix_backend().fault_in(text);
    REQUIRE(fault.has_value());
    CHECK(fault->column == column);
    CHECK(fault->text == said);
  }
}

TEST_CASE("samples go to the bucket that ends with or after them, to the nanosecond") {
  const Grid grid{TimePoint(1000s), 10s, 2};  // (1000, 1010], (1010, 1020]
  Buckets buckets(grid);
  buckets.add(1000, 0, 100);  // the end of the bucket before
  buckets.add(1000, 1, 1);
  buckets.add(1010, 0, 2);
  buckets.add(1005, 0, 6);    // comes late
  buckets.add(1020, 1, 100);  // after the end
  buckets.add(1015, 0, std::nan(""));
  const auto value = [&](Function function) { return buckets.values(function).at(0); };
  CHECK(value(Function::avg) == 3);
  CHECK(value(Function::sum) == 9);
  CHECK(value(Function::min) == 1);
  CHECK(value(Function::max) == 6);
  CHECK(value(Function::last) == 2);
  CHECK(value(Function::count) == 3);
  for (const Function function : {Function::avg, Function::sum, Function::count}) {
    REQUIRE(buckets.values(function).size() == 2);
    CHECK(std::isnan(buckets.values(function).at(1)));
  }
  buckets.add(1020, 0, -4);
  CHECK(buckets.values(Function::max).at(1) == -4);
  CHECK(buckets.values(Function::last).at(1) == -4);
}
