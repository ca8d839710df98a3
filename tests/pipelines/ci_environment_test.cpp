#include "pipelines/ci_environment.h"

#include <doctest/doctest.h>

#include "tests/support/fakes.h"

namespace canarygate {

namespace {

using Map = std::map<std::string, std::string>;

Map read(Map variables) { return read_ci_environment(test::FakeVariables(std::move(variables))); }

}  // namespace

TEST_CASE("outside of CI nothing is known") { CHECK(read({{"HOME", "/root"}}).empty()); }

TEST_CASE("the pull request is told by its address where that is known, else by its number") {
  const auto pull_request = [](Map variables) {
    const Map ci = read(std::move(variables));
    const auto found = ci.find("pull_request");
    return found == ci.end() ? std::string("none") : found->second;
  };
  const Map github{{"GITHUB_ACTIONS", "true"},
                   {"GITHUB_SERVER_URL", "https://github.com"},
                   {"GITHUB_REPOSITORY", "team/web"}};
  Map of_pull_request = github;
  of_pull_request["GITHUB_REF"] = "refs/pull/17/merge";
  Map of_branch = github;
  of_branch["GITHUB_REF"] = "refs/heads/main";
  CHECK(pull_request(of_pull_request) == "https://github.com/team/web/pull/17");
  CHECK(pull_request(of_branch) == "none");
  CHECK(pull_request({{"GITLAB_CI", "true"},
                      {"CI_MERGE_REQUEST_PROJECT_URL", "https://gitlab.example.com/team/web"},
                      {"CI_MERGE_REQUEST_IID", "17"}}) ==
        "https://gitlab.example.com/team/web/-/merge_requests/17");
  CHECK(pull_request({{"CIRCLECI", "true"},
                      {"CIRCLE_PULL_REQUEST", "https://github.com/team/web/pull/17"}}) ==
        "https://github.com/team/web/pull/17");
  CHECK(pull_request({{"BUILDKITE", "true"}, {"BUILDKITE_PULL_REQUEST", "17"}}) == "17");
  CHECK(pull_request({{"BUILDKITE", "true"}, {"BUILDKITE_PULL_REQUEST", "false"}}) == "none");
  CHECK(pull_request({{"TRAVIS", "true"}, {"TRAVIS_PULL_REQUEST", "17"}}) == "17");
  CHECK(pull_request({{"TRAVIS", "true"}, {"TRAVIS_PULL_REQUEST", "false"}}) == "none");
  CHECK(pull_request({{"JENKINS_URL", "https://ci.example.com/"},
                      {"CHANGE_ID", "17"},
                      {"CHANGE_URL", "https://github.com/team/web/pull/17"}}) ==
        "https://github.com/team/web/pull/17");
  CHECK(pull_request({{"JENKINS_URL", "https://ci.example.com/"}, {"CHANGE_ID", "17"}}) == "17");
}

TEST_CASE("a CI system that is not known tells what many call alike") {
  CHECK(read({{"CI", "true"}, {"BUILD_URL", "https://ci.example.com/7"}, {"GIT_COMMIT", "7c1d"}}) ==
        Map{{"provider", "other"}, {"build_url", "https://ci.example.com/7"}, {"commit", "7c1d"}});
}

TEST_CASE("each CI system is recognised and its variables are read") {
  CHECK(read({{"JENKINS_URL", "https://ci.example.com/"},
              {"BUILD_URL", "https://ci.example.com/job/web/4711/"},
              {"GIT_COMMIT", "7c1d"},
              {"GIT_BRANCH", "origin/main"},
              {"BUILD_USER_ID", "alice"}}) ==
        Map{{"provider", "jenkins"},
            {"build_url", "https://ci.example.com/job/web/4711/"},
            {"commit", "7c1d"},
            {"branch", "origin/main"},
            {"user", "alice"}});
  CHECK(read({{"GO_SERVER_URL", "https://go.example.com/go/"},
              {"GO_PIPELINE_NAME", "web"},
              {"GO_PIPELINE_COUNTER", "345"},
              {"GO_STAGE_NAME", "canary"},
              {"GO_STAGE_COUNTER", "1"},
              {"GO_JOB_NAME", "gate"},
              {"GO_REVISION", "7c1d"},
              {"GO_TRIGGER_USER", "alice"}}) ==
        Map{{"provider", "gocd"},
            {"build_url", "https://go.example.com/go/tab/build/detail/web/345/canary/1/gate"},
            {"commit", "7c1d"},
            {"user", "alice"}});
  CHECK(read({{"TRAVIS", "true"},
              {"TRAVIS_JOB_WEB_URL", "https://travis.example.com/j/1"},
              {"TRAVIS_COMMIT", "7c1d"},
              {"TRAVIS_BRANCH", "main"}}) == Map{{"provider", "travis"},
                                                 {"build_url", "https://travis.example.com/j/1"},
                                                 {"commit", "7c1d"},
                                                 {"branch", "main"}});
  CHECK(read({{"GITHUB_ACTIONS", "true"},
              {"GITHUB_SERVER_URL", "https://github.com"},
              {"GITHUB_REPOSITORY", "team/web"},
              {"GITHUB_RUN_ID", "99"},
              {"GITHUB_SHA", "7c1d"},
              {"GITHUB_REF_NAME", "main"},
              {"GITHUB_ACTOR", "alice"},
              {"GITHUB_TRIGGERING_ACTOR", "bob"}}) ==
        Map{{"provider", "github"},
            {"build_url", "https://github.com/team/web/actions/runs/99"},
            {"commit", "7c1d"},
            {"branch", "main"},
            {"user", "bob"}});
  CHECK(read({{"GITLAB_CI", "true"},
              {"CI_JOB_URL", "https://gitlab.example.com/web/-/jobs/1"},
              {"CI_COMMIT_SHA", "7c1d"},
              {"CI_COMMIT_REF_NAME", "main"},
              {"CI_COMMIT_AUTHOR", "Bob <bob@example.com>"},
              {"GITLAB_USER_LOGIN", "alice"}}) ==
        Map{{"provider", "gitlab"},
            {"build_url", "https://gitlab.example.com/web/-/jobs/1"},
            {"commit", "7c1d"},
            {"branch", "main"},
            {"author", "Bob <bob@example.com>"},
            {"user", "alice"}});
  CHECK(read({{"CIRCLECI", "true"},
              {"CIRCLE_BUILD_URL", "https://circleci.com/b/1"},
              {"CIRCLE_SHA1", "7c1d"},
              {"CIRCLE_BRANCH", "main"},
              {"CIRCLE_USERNAME", "alice"}}) == Map{{"provider", "circleci"},
                                                    {"build_url", "https://circleci.com/b/1"},
                                                    {"commit", "7c1d"},
                                                    {"branch", "main"},
                                                    {"user", "alice"}});
  CHECK(read({{"BUILDKITE", "true"},
              {"BUILDKITE_BUILD_URL", "https://buildkite.com/b/1"},
              {"BUILDKITE_COMMIT", "7c1d"},
              {"BUILDKITE_BRANCH", "main"},
              {"BUILDKITE_BUILD_AUTHOR", "Bob"},
              {"BUILDKITE_BUILD_CREATOR", "Alice"}}) ==
        Map{{"provider", "buildkite"},
            {"build_url", "https://buildkite.com/b/1"},
            {"commit", "7c1d"},
            {"branch", "main"},
            {"author", "Bob"},
            {"user", "Alice"}});
}

TEST_CASE("a build address is left out when a part of it is missing") {
  CHECK(read({{"GITHUB_ACTIONS", "true"}, {"GITHUB_SERVER_URL", "https://github.com"}}) ==
        Map{{"provider", "github"}});
}

TEST_CASE("an override is put down to the build's starter, the author, the login, or nobody") {
  const test::FakeVariables login(Map{{"USER", "carol"}});
  CHECK(ci_user({{"user", "alice"}, {"author", "bob"}}, login) == "alice");
  CHECK(ci_user({{"author", "bob"}}, login) == "bob");
  CHECK(ci_user({}, login) == "carol");
  CHECK(ci_user({}, test::FakeVariables{}).empty());
}

}  // namespace canarygate
