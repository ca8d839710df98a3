// Against `openssl s_server`, with certificates made on the spot.
#include <doctest/doctest.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include "checks/http/curl.h"

using namespace canarygate;

namespace {

namespace fs = std::filesystem;

/// A folder with an authority and three certificates from it: good, for another host, expired.
class Certificates {
 public:
  Certificates() {
    std::string pattern = fs::temp_directory_path() / "canarygate-tls-XXXXXX";
    folder_ = mkdtemp(pattern.data());
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=authority "
        "-addext basicConstraints=critical,CA:TRUE -keyout ca.key -out ca.pem -days 2");
    run("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=stranger "
        "-keyout other.key -out other.pem -days 2");
    make("good", "DNS:localhost,IP:127.0.0.1", 2);
    make("elsewhere", "DNS:elsewhere.example.com", 2);
    make("expired", "IP:127.0.0.1", -1);
  }
  Certificates(const Certificates&) = delete;
  Certificates& operator=(const Certificates&) = delete;
  ~Certificates() { fs::remove_all(folder_); }

  [[nodiscard]] std::string file(const std::string& name) const { return folder_ / name; }

 private:
  void run(const std::string& arguments) const {
    const std::string command =
        fmt::format("cd {} && openssl {} >>log 2>&1", folder_.string(), arguments);
    REQUIRE_MESSAGE(std::system(command.c_str()) == 0, command);
  }
  void make(const std::string& name, const std::string& alternative, int days) const {
    run(
        fmt::format("req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN={0} "
                    "-addext subjectAltName={1} -keyout {0}.key -out {0}.csr",
                    name, alternative));
    run(
        fmt::format("x509 -req -in {0}.csr -CA ca.pem -CAkey ca.key -copy_extensions copy "
                    "-set_serial 1 -days {1} -out {0}.pem",
                    name, days));
  }

  fs::path folder_;
};

const Certificates& certificates() {
  static const Certificates all;
  return all;
}

/// `openssl s_server` on a free port, ended with the test.
class TlsServer {
 public:
  explicit TlsServer(const std::string& name) {
    std::array<int, 2> ends{};
    REQUIRE(pipe2(ends.data(), O_CLOEXEC) == 0);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    std::array<std::string, 8> words = {"openssl", "s_server",
                                        "-accept", "127.0.0.1:0",
                                        "-cert",   certificates().file(name + ".pem"),
                                        "-key",    certificates().file(name + ".key")};
    std::string www = "-www";
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(www.data());
    arguments.push_back(nullptr);
    REQUIRE(posix_spawnp(&id_, "openssl", &files, nullptr, arguments.data(), environ) == 0);
    posix_spawn_file_actions_destroy(&files);
    close(ends[1]);
    read_port(ends[0]);
    close(ends[0]);
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() {
    kill(id_, SIGKILL);
    waitpid(id_, nullptr, 0);
  }

  [[nodiscard]] std::string host() const { return "127.0.0.1:" + port_; }

 private:
  /// It prints `ACCEPT 127.0.0.1:PORT`.
  void read_port(int from) {
    std::string text;
    while (text.find("ACCEPT ") == std::string::npos || !text.ends_with('\n')) {
      pollfd ready{from, POLLIN, 0};
      REQUIRE_MESSAGE(poll(&ready, 1, 30'000) == 1, "openssl s_server does not start");
      std::array<char, 256> buffer{};
      const ssize_t count = read(from, buffer.data(), buffer.size());
      REQUIRE(count > 0);
      text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    text.pop_back();
    port_ = text.substr(text.rfind(':') + 1);
  }

  pid_t id_ = 0;
  std::string port_;
};

Result<HttpResponse> ask(const TlsServer& server, const std::string& ca) {
  const Interrupt interrupt;
  const auto http = make_curl_client("canarygate/test", interrupt);
  HttpRequest request;
  request.url = "https://" + server.host() + "/";
  request.ca_file = ca;
  return http->send_all({&request, 1}, std::chrono::seconds(30)).front();
}

std::string error_of(const Result<HttpResponse>& answer) {
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::backend);
  CHECK_FALSE(answer.error().transient);
  return answer.error().text;
}

}  // namespace

TEST_CASE("a certificate from the authority named by `ca` is trusted") {
  const TlsServer server("good");
  const auto answer = ask(server, certificates().file("ca.pem"));
  REQUIRE(answer.has_value());
  CHECK(answer->status == 200);
}

TEST_CASE("an unknown authority says what to set, and `ca` may be the wrong one") {
  const TlsServer server("good");
  CHECK(error_of(ask(server, "")) ==
        server.host() +
            ": its TLS certificate is from an authority this machine does not know; "
            "set `ca` to that authority's PEM file");
  const std::string other = certificates().file("other.pem");
  CHECK(error_of(ask(server, other)) == server.host() +
                                            ": its TLS certificate is not from the authority in '" +
                                            other + "'; set `ca` to the right one's PEM file");
}

TEST_CASE("a certificate for another host is refused") {
  const TlsServer server("elsewhere");
  CHECK(error_of(ask(server, certificates().file("ca.pem"))) ==
        server.host() +
            ": its TLS certificate is for another host; use a name that the "
            "certificate carries");
}

TEST_CASE("an expired certificate is refused") {
  const TlsServer server("expired");
  CHECK(error_of(ask(server, certificates().file("ca.pem"))) ==
        server.host() +
            ": its TLS certificate has expired; have it renewed, or check this "
            "machine's clock");
}

TEST_CASE("a `ca` that is no PEM file is named") {
  const TlsServer server("good");
  CHECK(error_of(ask(server, "/no/such/ca.pem")) ==
        server.host() +
            ": cannot read certificates from '/no/such/ca.pem'; `ca` must name a PEM "
            "file that this user may read");
}
