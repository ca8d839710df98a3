#include "checks/http/redirect.h"

#include <doctest/doctest.h>

using namespace canarygate;
using Cause = HttpFailure::Cause;

TEST_CASE("a plain question may be sent on to another host, one with any key of its own may not") {
  const Redirect elsewhere{"http a 80", "http b 80", "b", 0};
  HttpRequest request;
  request.headers = {{"Accept", "application/json"}, {"content-type", "text/plain"}};
  CHECK_FALSE(redirect_refusal(request, elsewhere).has_value());

  request.direct = true;
  CHECK(redirect_refusal(request, elsewhere).has_value());
  request.direct = false;

  request.headers = {{"X-Scope-OrgID", "web"}};
  REQUIRE(redirect_refusal(request, elsewhere).has_value());
  CHECK(redirect_refusal(request, elsewhere)->cause == Cause::redirected_elsewhere);
  CHECK(redirect_refusal(request, elsewhere)->detail == "http://b");
  CHECK_FALSE(redirect_refusal(request, {"http a 80", "http a 80", "a", 0}).has_value());
  CHECK(redirect_refusal(request, {"http a 80", "http a 81", "a:81", 0}).has_value());
  CHECK(redirect_refusal(request, {"http a 80", "https a 443", "a", 0}).has_value());

  request.headers.clear();
  request.body = "client_secret=x";
  CHECK(redirect_refusal(request, elsewhere).has_value());
}

TEST_CASE("a redirect never leads from https to http, out of http(s), or on after five") {
  const HttpRequest request;
  CHECK(redirect_refusal(request, {"https a 443", "http a 80", "a", 0})->cause ==
        Cause::redirected_to_plain_http);
  CHECK(redirect_refusal(request, {"http a 80", "", "x", 0})->cause == Cause::redirected_elsewhere);
  CHECK_FALSE(redirect_refusal(request, {"http a 80", "http a 80", "a", 4}).has_value());
  CHECK(redirect_refusal(request, {"http a 80", "http a 80", "a", 5})->cause ==
        Cause::too_many_redirects);
}
