#include "checks/address.h"

#include <doctest/doctest.h>

#include <map>

using namespace canarygate;

TEST_CASE("a port is taken off names, IPv4 and bracketed IPv6, and off nothing else") {
  const std::map<std::string, std::string> cases = {
      {"web-1:9100", "web-1"},
      {"web-1", "web-1"},
      {"10.0.0.1:80", "10.0.0.1"},
      {"[::1]:9100", "::1"},
      {"[::1]", "::1"},
      {"::1", "::1"},
      {"2001:db8::1:8080", "2001:db8::1:8080"},
      {"web:http", "web:http"},
      {"web:", "web:"},
      {":8080", ":8080"},
      {"", ""},
      {"web:123456", "web:123456"},
      {"[]:80", "[]"},
      {"a:b:80", "a:b:80"},
  };
  for (const auto& [name, expected] : cases) {
    CAPTURE(name);
    CHECK(without_port(name) == expected);
  }
}

TEST_CASE("a port is put on, with brackets where the address needs them") {
  CHECK(with_port("10.0.0.1", 80) == "10.0.0.1:80");
  CHECK(with_port("::1", 80) == "[::1]:80");
  CHECK(with_port("[::1]", 80) == "[::1]:80");
  CHECK(with_port("::1", 0) == "::1");
  CHECK(with_port("web-1", 0) == "web-1");
}

TEST_CASE("two names are one host only when their ports do not say otherwise") {
  CHECK(same_host("web-1", "web-1"));
  CHECK(same_host("web-1", "web-1:80"));
  CHECK(same_host("[::1]:80", "::1"));
  CHECK_FALSE(same_host("web-1:80", "web-1:81"));
  CHECK_FALSE(same_host("web-1", "web-2"));
}
