#include <doctest/doctest.h>

#include "checks/metrics/prometheus_reply.h"
#include "tests/support/fixture.h"

using namespace canarygate;
using prometheus::Asked;
using prometheus::explain_refusal;
using test::fixture;

namespace {

const Asked kAsked{"prom:9090", "sum(up", ""};

HttpResponse response(int status, const std::string& body,
                      std::map<std::string, std::string> headers = {}) {
  HttpResponse made;
  made.status = status;
  made.body = body;
  made.headers = std::move(headers);
  return made;
}

std::string text_of(const HttpResponse& from, const Asked& asked = kAsked) {
  const Error error = explain_refusal(from, asked);
  CHECK(error.kind == ErrorKind::backend);
  return error.text;
}

}  // namespace

TEST_CASE(
    "a query that cannot be parsed is shown with the server's own words: 400 or, in "
    "VictoriaMetrics, 422") {
  CHECK(text_of(fixture("prometheus-2.42/error_parse.json")) ==
        "prom:9090 refuses the query: invalid parameter \"query\": 1:9: parse error: unclosed left "
        "parenthesis (400 bad_data). Correct the query: sum(up");
  CHECK(text_of(fixture("prometheus-3.5/error_parse.json")) ==
        text_of(fixture("prometheus-2.42/error_parse.json")));
  CHECK(text_of(fixture("cortex-1.21/bad_query.json")) ==
        "prom:9090 refuses the query: 1:9: parse error: unclosed left parenthesis (400 bad_data). "
        "Correct the query: sum(up");
  CHECK(text_of(fixture("victoriametrics-1.112/error_parse.json"))
            .starts_with("prom:9090 refuses the query: error when executing query=\"rate(foo\""));
  CHECK(text_of(fixture("victoriametrics-1.112/error_parse.json"))
            .ends_with(" (422). Correct the query: sum(up"));
}

TEST_CASE("too many points and a query that does not compute are the query's own errors") {
  CHECK(text_of(fixture("prometheus-2.42/error_too_many_points.json"))
            .starts_with("prom:9090 refuses the query: exceeded maximum resolution of 11,000"));
  CHECK(text_of(fixture("victoriametrics-1.112/too_many_points.json"))
            .find("the maximum number of points is 30000") != std::string::npos);
  const std::string many = text_of(fixture("prometheus-2.42/error_execution_422.json"));
  CHECK(many.find("many-to-many matching not allowed") != std::string::npos);
  CHECK(many.ends_with(" (422 execution). Correct the query: sum(up"));
  CHECK(
      text_of(fixture("prometheus-2.42/error_too_many_samples_422.json")).find("(422 execution)") !=
      std::string::npos);
}

TEST_CASE("a query that took too long at the server may do better elsewhere") {
  const HttpResponse recorded = fixture("prometheus-2.42/error_timeout_503.json");
  CHECK(explain_refusal(recorded, kAsked).transient);
  CHECK(text_of(recorded) ==
        "prom:9090 ran out of time: query timed out in expression evaluation (503 timeout). Make "
        "the query cheaper, or record it with a rule: sum(up");
}

TEST_CASE("401 and 403 say which credentials were sent, or that there are none") {
  const HttpResponse no = response(401, "Unauthorized\n", {{"content-type", "text/plain"}});
  CHECK(text_of(no) ==
        "prom:9090 does not know who asks (401: Unauthorized). Give the backend an `auth` (bearer "
        "or basic)");
  const Asked with_token{"prom:9090", "up", "`auth.bearer` from the environment variable T"};
  CHECK(text_of(no, with_token) ==
        "prom:9090 does not know who asks (401: Unauthorized). Sent was `auth.bearer` from the "
        "environment variable T; check that it is right and still valid");
  CHECK(text_of(response(403, ""), with_token) ==
        "prom:9090 does not allow this query (403: no text). Sent was `auth.bearer` from the "
        "environment variable T; check that it is right and still valid");
}

TEST_CASE("Cortex without a tenant, and with one it does not like") {
  CHECK(text_of(fixture("cortex-1.21/query_no_tenant.json")) ==
        "prom:9090 does not know who asks (401: no org id). Name the tenant: `headers: "
        "{X-Scope-OrgID: …}`");
  CHECK(text_of(fixture("cortex-1.21/federated_pipe.json")) ==
        "prom:9090 answered 400: tenant ID 'team-a|team-b' contains unsupported character '|'. "
        "Check `urls`, `headers` and what stands in front of the server");
}

TEST_CASE("404 asks for a path, as Cortex's /prometheus") {
  const std::string text =
      "prom:9090 has no Prometheus API at the address in `urls` (404). Does it need a path, such "
      "as "
      "/prometheus?";
  CHECK(text_of(fixture("prometheus-2.42/error_404.json")) == text);
  CHECK(text_of(fixture("cortex-1.21/path_bare.json")) == text);
}

TEST_CASE("429 tells how long to wait") {
  CHECK(
      text_of(response(429, "", {{"retry-after", "60"}})) ==
      "prom:9090 takes no more requests for now (429, and asks to wait 60 s). Run fewer checks at "
      "a time, or have its limit raised");
}

TEST_CASE("a login page is not taken for data, whatever its status") {
  const std::string page = "\n <!DOCTYPE html><html><title>Log in</title></html>";
  for (const int status : {200, 400}) {
    const std::string text = "prom:9090 answered with a web page instead of JSON (" +
                             std::to_string(status) +
                             "): a login page or a proxy answered. Check `urls` and `auth`";
    CHECK(text_of(response(status, page)) == text);
    CHECK(text_of(response(status, "x", {{"content-type", "text/html; charset=utf-8"}})) == text);
  }
}

TEST_CASE("a proxy that refuses with a web page still gets the credentials named") {
  const Asked with_token{"prom:9090", "up", "`auth.bearer` from the environment variable T"};
  const std::string why =
      ": a web page, so a proxy or a login answered). Sent was `auth.bearer` from the environment "
      "variable T; check that it is right and still valid";
  CHECK(text_of(response(401, "<html>401 Authorization Required</html>"), with_token) ==
        "prom:9090 does not know who asks (401" + why);
  CHECK(text_of(response(403, "<html>403 Forbidden</html>"), with_token) ==
        "prom:9090 does not allow this query (403" + why);
}

TEST_CASE("a server or its proxy in trouble is named as such, and another may be asked") {
  const Error proxy = explain_refusal(response(502, "<html>502 Bad Gateway</html>"), kAsked);
  CHECK(proxy.transient);
  CHECK(proxy.text ==
        "prom:9090 answered 502 with a web page. Look at the server, and at the proxy in front of "
        "it");
  CHECK(text_of(response(500, R"({"status":"error","errorType":"internal","error":"disk"})")) ==
        "prom:9090 failed: disk (500 internal). Look at the server's log");
  CHECK_FALSE(explain_refusal(response(404, ""), kAsked).transient);
}

TEST_CASE("what a server says is shortened and cannot move the cursor") {
  const std::string text = text_of(response(418, "\x1b[2J" + std::string(10'000, 'x')));
  CHECK(text.starts_with("prom:9090 answered 418: \\x1B[2Jxxx"));
  CHECK(text.size() < 500);
}
