#include "checks/http/url.h"

#include <doctest/doctest.h>

using namespace canarygate;

TEST_CASE("everything but RFC 3986's unreserved characters is percent-encoded") {
  CHECK(percent_encode("aZ09-._~") == "aZ09-._~");
  CHECK(percent_encode("a b+c&d=e/é{}\"") == "a%20b%2Bc%26d%3De%2F%C3%A9%7B%7D%22");
}

TEST_CASE("a form keeps the order it was given") {
  CHECK(form_encode({{"query", "up == 1"}, {"a", ""}}) == "query=up%20%3D%3D%201&a=");
  CHECK(form_encode({}).empty());
}

TEST_CASE("a base and a path are joined by exactly one slash") {
  CHECK(join_url("http://p:9090", "/api?a=1") == "http://p:9090/api?a=1");
  CHECK(join_url("http://p/prometheus/", "api") == "http://p/prometheus/api");
}

TEST_CASE("a server is called by host and port, never by what may be secret") {
  CHECK(host_of("https://user:pw@prom.example.com:9090/x?token=s#f") == "prom.example.com:9090");
  CHECK(host_of("http://[::1]:9090") == "[::1]:9090");
  CHECK(host_of("http://h\x1b[31m/x") == "h\\x1B[31m");
}
