#include "pipelines/ci_environment.h"

#include <optional>
#include <string_view>
#include <utility>

namespace canarygate {

namespace {

using Facts = std::map<std::string, std::string>;

/// One CI system: the variable that gives it away, and for each fact the variables that may hold
/// it, the best first.
struct Provider {
  std::string name;
  std::string sign;
  std::map<std::string, std::vector<std::string>> facts;
};

/// The first whose sign is set is it. GoCD and Jenkins come last: their agents' variables are the
/// ones that a job of another system most often inherits.
const std::vector<Provider>& providers() {
  static const std::vector<Provider> kProviders{
      {"github",
       "GITHUB_ACTIONS",
       {{"commit", {"GITHUB_SHA"}},
        {"branch", {"GITHUB_HEAD_REF", "GITHUB_REF_NAME"}},
        {"user", {"GITHUB_TRIGGERING_ACTOR", "GITHUB_ACTOR"}}}},
      {"gitlab",
       "GITLAB_CI",
       {{"build_url", {"CI_JOB_URL", "CI_PIPELINE_URL"}},
        {"commit", {"CI_COMMIT_SHA"}},
        {"branch", {"CI_COMMIT_REF_NAME"}},
        {"author", {"CI_COMMIT_AUTHOR"}},
        {"user", {"GITLAB_USER_LOGIN", "GITLAB_USER_NAME"}}}},
      {"circleci",
       "CIRCLECI",
       {{"build_url", {"CIRCLE_BUILD_URL"}},
        {"commit", {"CIRCLE_SHA1"}},
        {"branch", {"CIRCLE_BRANCH"}},
        {"pull_request", {"CIRCLE_PULL_REQUEST"}},
        {"user", {"CIRCLE_USERNAME"}}}},
      {"buildkite",
       "BUILDKITE",
       {{"build_url", {"BUILDKITE_BUILD_URL"}},
        {"commit", {"BUILDKITE_COMMIT"}},
        {"branch", {"BUILDKITE_BRANCH"}},
        {"pull_request", {"BUILDKITE_PULL_REQUEST"}},
        {"author", {"BUILDKITE_BUILD_AUTHOR"}},
        {"user", {"BUILDKITE_UNBLOCKER", "BUILDKITE_BUILD_CREATOR"}}}},
      {"travis",
       "TRAVIS",
       {{"build_url", {"TRAVIS_JOB_WEB_URL", "TRAVIS_BUILD_WEB_URL"}},
        {"commit", {"TRAVIS_COMMIT"}},
        {"branch", {"TRAVIS_PULL_REQUEST_BRANCH", "TRAVIS_BRANCH"}},
        {"pull_request", {"TRAVIS_PULL_REQUEST"}}}},
      {"gocd",
       "GO_PIPELINE_NAME",
       {{"commit", {"GO_REVISION"}},
        {"branch", {"GO_MATERIAL_BRANCH"}},
        {"user", {"GO_TRIGGER_USER"}}}},
      {"jenkins",
       "JENKINS_URL",
       {{"build_url", {"BUILD_URL"}},
        {"commit", {"GIT_COMMIT"}},
        {"branch", {"CHANGE_BRANCH", "BRANCH_NAME", "GIT_BRANCH"}},
        {"pull_request", {"CHANGE_URL", "CHANGE_ID"}},
        {"author", {"CHANGE_AUTHOR", "GIT_AUTHOR_NAME"}},
        {"user", {"BUILD_USER_ID", "BUILD_USER"}}}},
      // Any other that says at least that it is one, and what many of them call these.
      {"other",
       "CI",
       {{"build_url", {"BUILD_URL", "CI_BUILD_URL"}},
        {"commit", {"GIT_COMMIT", "COMMIT_SHA", "CI_COMMIT_SHA"}},
        {"branch", {"GIT_BRANCH", "BRANCH_NAME", "CI_COMMIT_BRANCH"}},
        {"author", {"GIT_AUTHOR_NAME", "CI_COMMIT_AUTHOR"}}}},
  };
  return kProviders;
}

/// The values of all of `names` joined by `/`; nothing when one is not set.
std::optional<std::string> joined(const Variables& variables,
                                  const std::vector<std::string>& names) {
  std::string path;
  for (const std::string& name : names) {
    const auto value = variables.get(name);
    if (!value) return std::nullopt;
    if (!path.empty() && path.back() != '/') path += '/';
    path += *value;
  }
  return path;
}

/// Some give their build's address only in parts.
std::optional<std::string> assembled_url(const std::string& provider, const Variables& variables) {
  if (provider == "github") {
    const auto repository = joined(variables, {"GITHUB_SERVER_URL", "GITHUB_REPOSITORY"});
    const auto run = variables.get("GITHUB_RUN_ID");
    if (repository && run) return *repository + "/actions/runs/" + *run;
  }
  if (provider == "gocd") {
    const auto server = variables.get("GO_SERVER_URL");
    const auto job = joined(variables, {"GO_PIPELINE_NAME", "GO_PIPELINE_COUNTER", "GO_STAGE_NAME",
                                        "GO_STAGE_COUNTER", "GO_JOB_NAME"});
    if (server && job) {
      const bool slash = server->back() == '/';
      return *server + (slash ? "" : "/") + "tab/build/detail/" + *job;
    }
  }
  return std::nullopt;
}

/// Likewise the pull request.
std::optional<std::string> assembled_pull_request(const std::string& provider,
                                                  const Variables& variables) {
  if (provider == "github") {
    constexpr std::string_view kPulls = "refs/pull/";  // refs/pull/17/merge
    const auto repository = joined(variables, {"GITHUB_SERVER_URL", "GITHUB_REPOSITORY"});
    const std::string ref = variables.get("GITHUB_REF").value_or("");
    if (!repository || !ref.starts_with(kPulls)) return std::nullopt;
    const std::string number =
        ref.substr(kPulls.size(), ref.find('/', kPulls.size()) - kPulls.size());
    return *repository + "/pull/" + number;
  }
  if (provider == "gitlab") {
    const auto project = variables.get("CI_MERGE_REQUEST_PROJECT_URL");
    const auto number = variables.get("CI_MERGE_REQUEST_IID");
    if (project && number) return *project + "/-/merge_requests/" + *number;
  }
  return std::nullopt;
}

}  // namespace

const std::vector<std::string>& ci_facts() {
  static const std::vector<std::string> kFacts{"provider",     "build_url", "commit", "branch",
                                               "pull_request", "author",    "user"};
  return kFacts;
}

std::map<std::string, std::string> read_ci_environment(const Variables& variables) {
  Facts ci;
  for (const Provider& provider : providers()) {
    if (!variables.get(provider.sign)) continue;
    ci["provider"] = provider.name;
    for (const auto& [fact, names] : provider.facts) {
      for (const std::string& name : names) {
        const auto value = variables.get(name);
        if (!value) continue;
        ci[fact] = *value;
        break;
      }
    }
    if (const auto url = assembled_url(provider.name, variables)) ci["build_url"] = *url;
    if (const auto pull_request = assembled_pull_request(provider.name, variables)) {
      ci["pull_request"] = *pull_request;
    }
    // Travis and Buildkite say so where there is none.
    if (const auto none = ci.find("pull_request"); none != ci.end() && none->second == "false") {
      ci.erase(none);
    }
    return ci;
  }
  return ci;
}

std::string ci_user(const std::map<std::string, std::string>& ci, const Variables& variables) {
  for (const char* fact : {"user", "author"}) {
    const auto found = ci.find(fact);
    if (found != ci.end()) return found->second;
  }
  for (const char* name : {"LOGNAME", "USER"}) {
    if (const auto value = variables.get(name)) return *value;
  }
  return "";
}

}  // namespace canarygate
