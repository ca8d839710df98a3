#include "checks/http/aws/credentials.h"

#include <array>
#include <filesystem>
#include <fstream>

#include "checks/duration.h"
#include "tests/support/fakes.h"

using namespace canarygate;
using namespace canarygate::test;
using namespace std::chrono_literals;

namespace {

const std::string kRoles = "http://169.254.169.254/latest/meta-data/iam/security-credentials/";
const std::string kToken = "http://169.254.169.254/latest/api/token";

std::string json_keys(const std::string& id, TimePoint expires, const char* token = "Token") {
  return R"({"Version":1,"Code":"Success","AccessKeyId":")" + id +
         R"(","SecretAccessKey":"secret-of-)" + id + R"(",")" + token + R"(":"token-of-)" + id +
         R"(","Expiration":")" + format_time(expires) + R"("})";
}

using Values = std::map<std::string, std::string>;

/// A world with its own variables and files.
struct World {
  explicit World(Values values = {}) {
    std::string name = (std::filesystem::temp_directory_path() / "canarygate-XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    folder = name;
    variables.values = std::move(values);
    variables.values["HOME"] = folder.string();
  }
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World() { std::filesystem::remove_all(folder); }

  std::string write(const std::string& below, const std::string& text) const {
    std::filesystem::create_directories((folder / below).parent_path());
    std::ofstream(folder / below) << text;
    return (folder / below).string();
  }
  Result<aws::Keys> get() { return aws::Credentials(config, "eu-west-1", ports).get(60s); }
  std::string error(ErrorKind kind = ErrorKind::secret) {
    const auto keys = get();
    REQUIRE_FALSE(keys.has_value());
    CHECK(keys.error().kind == kind);
    std::string text = keys.error().text;
    for (auto at = text.find(folder.string()); at != std::string::npos;
         at = text.find(folder.string())) {
      text.replace(at, folder.string().size(), "HOME");
    }
    return text;
  }
  void expect_instance(const std::string& id, TimePoint expires) {
    others.http.expect("PUT", kToken, 200, "session-1").headers = {
        {"X-aws-ec2-metadata-token-ttl-seconds", "21600"}};
    others.http.expect("GET", kRoles, 200, "web-role\n").headers = {
        {"X-aws-ec2-metadata-token", "session-1"}};
    others.http.expect("GET", kRoles + "web-role", 200, json_keys(id, expires)).headers = {
        {"X-aws-ec2-metadata-token", "session-1"}};
  }

  std::filesystem::path folder;
  FakeWorld others;
  FakeVariables variables;
  Config config;
  Ports ports{others.http, others.clock, variables, others.processes, others.interrupt};
  TimePoint now = others.clock.now();
};

SecretRef variable(const char* name) { return {SecretRef::From::env, name}; }

const Values kEnvironment = {{"AWS_ACCESS_KEY_ID", "AKENV"},
                             {"AWS_SECRET_ACCESS_KEY", "env-secret"},
                             {"AWS_SESSION_TOKEN", "env-token"}};

}  // namespace

TEST_CASE("keys of the configuration come before those of the environment") {
  World world(kEnvironment);
  world.variables.values["MY_ID"] = "AKOWN";
  world.variables.values["MY_SECRET"] = "own-secret\n";
  world.config.set("access_key_id", variable("MY_ID"));
  world.config.set("secret_access_key", variable("MY_SECRET"));
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "AKOWN");
  CHECK(keys->secret_access_key == "own-secret");
  CHECK(keys->session_token.empty());
  CHECK(keys->from == "`access_key_id` from the environment variable MY_ID");

  world.config.set("session_token", variable("MY_TOKEN"));
  CHECK(world.error() ==
        "the environment variable MY_TOKEN, which should hold a secret, is not set");
}

TEST_CASE("keys of the configuration that contradict one another are refused") {
  const auto check = [](std::initializer_list<const char*> names) {
    Config config;
    for (const char* name : names) {
      if (name == std::string("profile")) {
        config.set(name, std::string("ci"));
      } else {
        config.set(name, variable("X"));
      }
    }
    const Status status = aws::check_credential_keys(config);
    return status ? std::string() : status.error().text;
  };
  CHECK(check({}).empty());
  CHECK(check({"access_key_id", "secret_access_key", "session_token"}).empty());
  CHECK(check({"access_key_id"}) ==
        "`access_key_id` and `secret_access_key` belong together; `secret_access_key` is missing");
  CHECK(check({"secret_access_key"}) ==
        "`access_key_id` and `secret_access_key` belong together; `access_key_id` is missing");
  CHECK(check({"session_token"}) == "`session_token` needs `access_key_id`");
  CHECK(check({"access_key_id", "secret_access_key", "profile"}) ==
        "`profile` and `access_key_id` exclude one another");
}

TEST_CASE("keys of the environment come before those of a profile, and half of them is an error") {
  World world(kEnvironment);
  world.write(".aws/credentials", "[default]\naws_access_key_id=AKFILE\n");
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "AKENV");
  CHECK(keys->secret_access_key == "env-secret");
  CHECK(keys->session_token == "env-token");
  CHECK(keys->from == "the environment variable AWS_ACCESS_KEY_ID");

  world.variables.values.erase("AWS_SECRET_ACCESS_KEY");
  CHECK(world.error() ==
        "of the environment variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
        "AWS_SECRET_ACCESS_KEY is not set; set both or none");
}

TEST_CASE("a web identity is exchanged for the keys of its role") {
  World world(Values{{"AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/gate"}});
  const std::string token = world.write("token", "eyJ.a.b\n");
  world.variables.values["AWS_WEB_IDENTITY_TOKEN_FILE"] = token;
  const std::string form =
      "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A"
      "123456789012%3Arole%2Fgate&RoleSessionName=canarygate&WebIdentityToken=eyJ.a.b";
  const std::string answer =
      "<AssumeRoleWithWebIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">"
      "<AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASWEB</AccessKeyId>"
      "<SecretAccessKey>web-secret</SecretAccessKey><SessionToken>web-token</SessionToken>"
      "<Expiration>" +
      format_time(world.now + 1h) +
      "</Expiration></Credentials></AssumeRoleWithWebIdentityResult>"
      "</AssumeRoleWithWebIdentityResponse>";
  world.others.http.expect("POST", "https://sts.eu-west-1.amazonaws.com/", 200, answer).body = form;
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "ASWEB");
  CHECK(keys->secret_access_key == "web-secret");
  CHECK(keys->session_token == "web-token");
  CHECK(keys->expires == world.now + 1h);
  CHECK_FALSE(world.others.http.sent.at(0).aws.has_value());

  world.others.http
      .expect("POST", "https://sts.eu-west-1.amazonaws.com/", 400,
              "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredTokenException</Code>"
              "<Message>Token expired</Message></Error></ErrorResponse>")
      .body = form;
  CHECK(world.error() ==
        "sts.eu-west-1.amazonaws.com gives no keys for the web identity of role "
        "arn:aws:iam::123456789012:role/gate: status 400, ExpiredTokenException: Token expired; "
        "check the role's trust policy and that the token in AWS_WEB_IDENTITY_TOKEN_FILE is a "
        "fresh one");
  world.others.http
      .expect("POST", "https://sts.eu-west-1.amazonaws.com/", 200,
              "<AssumeRoleWithWebIdentityResponse/>")
      .body = form;
  CHECK(world.error(ErrorKind::backend) ==
        "sts.eu-west-1.amazonaws.com gave no keys that can be used for the web identity of role "
        "arn:aws:iam::123456789012:role/gate: a part of the credentials is missing");
  world.variables.values.erase("AWS_ROLE_ARN");
  CHECK(world.error() ==
        "AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN, which names the role, is not");
}

TEST_CASE("a profile's keys are read from both files, the credentials file first") {
  World world(Values{{"AWS_PROFILE", "ci"}});
  world.write(".aws/credentials",
              "# mine\n[default]\naws_access_key_id = AKDEFAULT\n[ ci ]\n"
              "aws_access_key_id = AKCI\nAWS_SECRET_ACCESS_KEY=ci=secret\n");
  world.write(
      ".aws/config",
      "[profile ci]\nregion = x\naws_access_key_id = AKOTHER\naws_session_token = ci-token\n"
      "s3 =\n  aws_access_key_id = NESTED\n[profile cold]\noutput = json\n"
      "[profile half]\naws_access_key_id = AKHALF\n");
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "AKCI");
  CHECK(keys->secret_access_key == "ci=secret");
  CHECK(keys->session_token == "ci-token");
  CHECK(keys->from == "profile 'ci' of " + (world.folder / ".aws/credentials").string() + " and " +
                          (world.folder / ".aws/config").string());

  world.variables.values["AWS_PROFILE"] = "sandbox";
  CHECK(world.error() ==
        "profile 'sandbox' is not in HOME/.aws/credentials and HOME/.aws/config; the environment "
        "variable AWS_PROFILE names it");
  world.config.set("profile", std::string("cold"));
  CHECK(world.error() ==
        "profile 'cold' of HOME/.aws/config has no keys; add aws_access_key_id and "
        "aws_secret_access_key");
  world.config.set("profile", std::string("half"));
  CHECK(world.error() ==
        "profile 'half' of HOME/.aws/config must have both aws_access_key_id and "
        "aws_secret_access_key");
}

TEST_CASE(
    "the profile that the configuration names comes before everything, and nothing after it") {
  World world(kEnvironment);
  world.variables.values["AWS_SHARED_CREDENTIALS_FILE"] =
      world.write("keys", "[ci]\naws_access_key_id=AKCI\naws_secret_access_key=s\n");
  world.config.set("profile", std::string("ci"));
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "AKCI");
  world.config.set("profile", std::string("nobody"));
  CHECK(world.error() ==
        "profile 'nobody' is not in HOME/keys and HOME/.aws/config; `profile` names it");
}

TEST_CASE("a profile's process is asked for its keys, and what it prints is shown nowhere") {
  World world;
  world.write(".aws/config", "[default]\ncredential_process = fetch-keys --for gate\n");
  auto& outputs = world.others.processes.outputs;
  outputs.emplace("fetch-keys --for gate", json_keys("AKPROC", world.now + 1h, "SessionToken"));
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "AKPROC");
  CHECK(keys->session_token == "token-of-AKPROC");

  const std::string what =
      "what the `credential_process` of profile 'default' of HOME/.aws/config "
      "printed cannot be used: ";
  for (const auto& [printed, problem] :
       {std::pair("s3cret", "it is no JSON object"), std::pair("{}", "it has no 'AccessKeyId'"),
        std::pair(R"({"AccessKeyId":"a","SecretAccessKey":""})", "it has no 'SecretAccessKey'"),
        std::pair(R"({"AccessKeyId":"a","SecretAccessKey":"b","Expiration":"soon"})",
                  "its 'Expiration' is no time")}) {
    outputs.insert_or_assign("fetch-keys --for gate", std::string(printed));
    CHECK(world.error() == what + problem);
  }
  outputs.insert_or_assign("fetch-keys --for gate",
                           Result<std::string>(fail(ErrorKind::secret, "it exited with 3")));
  CHECK(world.error() ==
        "the `credential_process` of profile 'default' of HOME/.aws/config failed: it exited "
        "with 3");
}

TEST_CASE("a profile that wants a role assumed or single sign-on says what to do instead") {
  for (const char* key : {"role_arn", "sso_session", "sso_start_url", "source_profile"}) {
    World world;
    world.write(".aws/config", std::string("[default]\n") + key + " = x\n");
    CHECK(world.error() ==
          std::string("profile 'default' of HOME/.aws/config uses '") + key +
              "', which canarygate does not follow itself; give it a `credential_process`, such as "
              "`aws configure export-credentials --profile NAME --format process`");
  }
}

TEST_CASE("a container's role is asked for where the variables say, with their token") {
  World world(Values{{"AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/uuid-1"}});
  const std::string url = "http://169.254.170.2/v2/credentials/uuid-1";
  world.others.http.expect("GET", url, 200, json_keys("ASTASK", world.now + 1h));
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "ASTASK");
  CHECK(keys->secret_access_key == "secret-of-ASTASK");
  CHECK(keys->session_token == "token-of-ASTASK");
  CHECK(world.others.http.sent.at(0).direct);
  CHECK(world.others.http.sent.at(0).secret_url);

  world.others.http.expect("GET", url, 404, "no such uuid-1");
  CHECK(world.error(ErrorKind::backend) ==
        "the container's credentials server 169.254.170.2 answered with status 404; check that the "
        "task or pod has a role");
  world.others.http.expect("GET", url, 200, "<html>");
  CHECK(world.error(ErrorKind::backend) ==
        "the container's credentials server 169.254.170.2 gave no keys that can be used: it is no "
        "JSON object; check that the task or pod has a role");
}

TEST_CASE("a full container address is used only over https or nearby, with the token's file") {
  const std::string near = "http://169.254.170.23/v1/credentials";
  for (const std::string& url :
       {std::string("https://keys.example.com/x"), near, std::string("http://localhost:9911/x"),
        std::string("http://[fd00:ec2::23]/v1/credentials")}) {
    World world(Values{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", url},
                       {"AWS_CONTAINER_AUTHORIZATION_TOKEN", "tok-1"}});
    world.others.http.expect("GET", url, 200, json_keys("ASPOD", world.now + 1h)).headers = {
        {"Authorization", "tok-1"}};
    CHECK(world.get().has_value());
  }
  World world(Values{{"AWS_CONTAINER_CREDENTIALS_FULL_URI", near}});
  world.variables.values["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = world.write("tok", "tok-2\n");
  world.others.http.expect("GET", near, 200, json_keys("ASPOD", world.now + 1h)).headers = {
      {"Authorization", "tok-2"}};
  CHECK(world.get().has_value());
  for (const char* url :
       {"http://keys.example.com/x", "http://127.0.0.1.example.com/x", "ftp://localhost/x"}) {
    world.variables.values["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url;
    CHECK(
        world.error() ==
        "AWS_CONTAINER_CREDENTIALS_FULL_URI is neither https nor an address of this machine or of "
        "a container service; keys are not asked for there");
  }
}

TEST_CASE("an instance's role is asked for by a session of its metadata service") {
  World world;
  world.expect_instance("ASINST", world.now + 6h);
  const auto keys = world.get();
  REQUIRE(keys.has_value());
  CHECK(keys->access_key_id == "ASINST");
  CHECK(keys->session_token == "token-of-ASINST");
  CHECK(keys->from == "role 'web-role' of the instance metadata at 169.254.169.254");
  for (const HttpRequest& sent : world.others.http.sent) CHECK(sent.direct);

  World elsewhere(Values{{"AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://127.0.0.1:1338/"}});
  elsewhere.others.http.expect("PUT", "http://127.0.0.1:1338/latest/api/token", 200, "s");
  elsewhere.others.http.expect(
      "GET", "http://127.0.0.1:1338/latest/meta-data/iam/security-credentials/", 500, "");
  CHECK(elsewhere.error(ErrorKind::backend) ==
        "the instance metadata at 127.0.0.1:1338 answered with status 500; check the instance's "
        "role");
}

TEST_CASE("when there are no keys anywhere, the error says where was looked") {
  const std::string before =
      "there are no AWS keys: `access_key_id` is not given; AWS_ACCESS_KEY_ID is not set; "
      "AWS_WEB_IDENTITY_TOKEN_FILE is not set; profile 'default' is not in HOME/.aws/credentials "
      "and HOME/.aws/config; AWS_CONTAINER_CREDENTIALS_RELATIVE_URI and "
      "AWS_CONTAINER_CREDENTIALS_FULL_URI are not set; ";
  const std::string after =
      ". Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or run this where it has a role";
  World world;
  world.others.http.expect_error("PUT", kToken, ErrorKind::backend, "cannot connect");
  CHECK(world.error() == before + "no instance metadata (cannot connect)" + after);
  world.others.http.expect("PUT", kToken, 403, "");
  CHECK(world.error() ==
        before + "the instance metadata at 169.254.169.254 gives no session token (status 403)" +
            after);
  world.others.http.expect("PUT", kToken, 200, "s");
  world.others.http.expect("GET", kRoles, 404, "");
  CHECK(world.error() == before + "this instance has no role" + after);
  world.variables.values["AWS_EC2_METADATA_DISABLED"] = "TRUE";
  CHECK(world.error() ==
        before + "AWS_EC2_METADATA_DISABLED turns the instance metadata off" + after);

  World interrupted;
  interrupted.others.http.expect_error("PUT", kToken, ErrorKind::interrupted, "interrupted");
  CHECK(interrupted.error(ErrorKind::interrupted) == "interrupted");
}

TEST_CASE("keys that expire are kept until five minutes before, and used on when none come") {
  World world;
  aws::Credentials credentials(world.config, "eu-west-1", world.ports);
  world.expect_instance("AS1", world.now + 1h);
  CHECK(credentials.get(60s)->access_key_id == "AS1");
  world.others.clock.advance(54min);
  CHECK(credentials.get(60s)->access_key_id == "AS1");
  CHECK(world.others.http.sent.size() == 3);

  world.others.clock.advance(2min);
  world.expect_instance("AS2", world.now + 7h);
  CHECK(credentials.get(60s)->access_key_id == "AS2");

  world.others.clock.advance(6h);
  world.others.http.expect_error("PUT", kToken, ErrorKind::backend, "cannot connect");
  CHECK(credentials.get(60s)->access_key_id == "AS2");
  world.others.clock.advance(5min);
  world.others.http.expect_error("PUT", kToken, ErrorKind::backend, "cannot connect");
  CHECK_FALSE(credentials.get(60s).has_value());
}

TEST_CASE("keys that have expired already are an error, and so are keys of several lines") {
  World world;
  world.expect_instance("AS1", world.now - 1s);
  CHECK(world.error() ==
        "the AWS keys from role 'web-role' of the instance metadata at 169.254.169.254 have "
        "expired; renew them, or check this machine's clock");
  World lines(Values{{"AWS_ACCESS_KEY_ID", "A"}, {"AWS_SECRET_ACCESS_KEY", "a\nX-Evil: 1"}});
  CHECK(lines.error() ==
        "the AWS keys from the environment variable AWS_ACCESS_KEY_ID have more than one line");
}
