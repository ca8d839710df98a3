// What libcurl signs, on the wire, against the signatures that AWS publishes for the same requests
// (its Signature Version 4 test suite: get-vanilla, post-vanilla, post-x-www-form-urlencoded,
// post-sts-header-before).
#include <doctest/doctest.h>

#include "checks/http/curl.h"
#include "tests/support/loopback_server.h"

using namespace canarygate;
using test::Connection;
using test::LoopbackServer;
using test::response;

namespace {

constexpr const char* kToken =
    "AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPf"
    "IeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7W"
    "Z0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8F"
    "DrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==";

struct Vector {
  std::string method;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string token;
  std::string signed_headers;
  std::string signature;
};

std::string header_line(const std::string& request, const std::string& name) {
  const std::size_t at = request.find("\r\n" + name + ": ");
  if (at == std::string::npos) return "";
  const std::size_t begin = at + name.size() + 4;
  return request.substr(begin, request.find("\r\n", begin) - begin);
}

/// The request as a server received it.
std::string sent(const Vector& vector) {
  const LoopbackServer server([](const Connection& connection, const std::string&) {
    return connection.write(response(200, ""));
  });
  const Interrupt interrupt;
  const auto http = make_curl_client("canarygate/1.2.3", interrupt);
  HttpRequest request;
  request.method = vector.method;
  request.url = server.url("/");
  request.headers = vector.headers;
  request.headers.emplace_back("Host", "example.amazonaws.com");
  request.headers.emplace_back("X-Amz-Date", "20150830T123600Z");
  request.body = vector.body;
  request.aws = AwsSignature{"us-east-1", "service", "AKIDEXAMPLE",
                             "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", vector.token};
  REQUIRE(http->send_all({&request, 1}, std::chrono::seconds(30)).front().has_value());
  return server.requests().at(0);
}

}  // namespace

TEST_CASE("requests are signed as AWS's own test suite says, session token included") {
  const std::vector<Vector> vectors = {
      {"GET",
       {},
       "",
       "",
       "host;x-amz-date",
       "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
      {"POST",
       {},
       "",
       "",
       "host;x-amz-date",
       "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
      {"POST",
       {{"Content-Type", "application/x-www-form-urlencoded"}},
       "Param1=value1",
       "",
       "content-type;host;x-amz-date",
       "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
      {"POST",
       {},
       "",
       kToken,
       "host;x-amz-date;x-amz-security-token",
       "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
  };
  for (const Vector& vector : vectors) {
    const std::string request = sent(vector);
    CHECK(header_line(request, "Authorization") ==
          "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
          "SignedHeaders=" +
              vector.signed_headers + ", Signature=" + vector.signature);
    CHECK(header_line(request, "X-Amz-Security-Token") == vector.token);
    CHECK(request.find("wJalrXUtnFEMI") == std::string::npos);
  }
}
