#include "checks/http/incoming.h"

#include <doctest/doctest.h>

using namespace canarygate;

TEST_CASE("all bodies together have one bound, and a redirect gives its bytes back") {
  std::size_t room = 10;
  Incoming one(100, room);
  Incoming two(100, room);
  CHECK(one.add_body("123456"));
  CHECK_FALSE(two.add_body("12345"));
  REQUIRE(two.refusal.has_value());
  CHECK(two.refusal->detail == "1024 MiB for all requests");
  one.start_over();
  CHECK(one.response.body.empty());
  CHECK(room == 10);
  CHECK(two.add_body("12345"));
}

TEST_CASE("header names are in lower case, values trimmed, and the last response's count") {
  std::size_t room = 10;
  Incoming incoming(100, room);
  for (const char* line : {"HTTP/1.1 100 Continue\r\n", "X-A: 1\r\n", "\r\n", "HTTP/1.1 200 OK\r\n",
                           "RETRY-After:  7 \r\n", "Date: a:b\r\n"}) {
    CHECK(incoming.add_header_line(line));
  }
  CHECK(incoming.response.headers ==
        std::map<std::string, std::string>{{"retry-after", "7"}, {"date", "a:b"}});
}
