#include "checks/http/hide.h"

#include <doctest/doctest.h>

using namespace canarygate;

TEST_CASE("credentials that a server repeats are hidden, with and without their scheme") {
  HttpRequest request;
  request.headers = {{"Authorization", "Bearer s3cr3t-token"},
                     {"X-Api-Key", "key-0815"},
                     {"X-Scope-OrgID", "web-team"},
                     {"Accept", "application/json"}};
  HttpResponse response;
  response.headers["location"] = "/login?token=s3cr3t-token";
  response.body = "Authorization: Bearer s3cr3t-token; s3cr3t-token, key-0815, web-team";
  hide_credentials(request, response);
  CHECK(response.body == "Authorization: Bearer [hidden]; [hidden], [hidden], web-team");
  CHECK(response.header("location") == "/login?token=[hidden]");
}

TEST_CASE("what is too short to be a credential spoils no text") {
  HttpRequest request;
  request.headers = {{"Authorization", "Bearer to"}, {"X-Empty", ""}};
  HttpResponse response;
  response.body = "failed to answer";
  hide_credentials(request, response);
  CHECK(response.body == "failed to answer");
}

TEST_CASE("the AWS keys that a request was signed with are hidden, its key id is not") {
  HttpRequest request;
  request.aws =
      AwsSignature{"eu-west-1", "monitoring", "AKIDEXAMPLE", "s3cr3t-key", "t0ken-of-sts"};
  HttpResponse response;
  response.headers["x-echo"] = "t0ken-of-sts";
  response.body = "AKIDEXAMPLE x-amz-security-token:t0ken-of-sts s3cr3t-key";
  hide_credentials(request, response);
  CHECK(response.body == "AKIDEXAMPLE x-amz-security-token:[hidden] [hidden]");
  CHECK(response.header("x-echo") == "[hidden]");
}
