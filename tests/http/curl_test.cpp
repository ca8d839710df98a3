#include "checks/http/curl.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <chrono>
#include <thread>

#include "tests/support/loopback_server.h"

using namespace canarygate;
using namespace std::chrono_literals;
using test::Connection;
using test::gzip;
using test::LoopbackServer;
using test::response;

namespace {

constexpr Duration kPatience = 30s;

struct Client {
  Interrupt interrupt;
  std::unique_ptr<HttpClient> http = make_curl_client("canarygate/1.2.3", interrupt);

  Result<HttpResponse> send(const HttpRequest& request, Duration patience = kPatience) {
    return http->send_all({&request, 1}, patience).front();
  }
};

HttpRequest get(const std::string& url) {
  HttpRequest request;
  request.url = url;
  return request;
}

/// Answers every request with the same bytes and keeps the connection.
LoopbackServer::Serve always(const std::string& bytes) {
  return
      [bytes](const Connection& connection, const std::string&) { return connection.write(bytes); };
}

}  // namespace

TEST_CASE("a request goes out as written and its answer comes back whole") {
  const LoopbackServer server(always(response(418, "short and stout", "X-Pot: Tea \r\n")));
  Client client;
  HttpRequest request = get(server.url("/brew?cups=2"));
  request.method = "POST";
  request.headers = {{"Content-Type", "text/x"}, {"X-Key", "secret"}, {"X-Empty", ""}};
  request.body = std::string("a\0b", 3);
  const auto answer = client.send(request);

  REQUIRE(answer.has_value());
  CHECK(answer->status == 418);
  CHECK(answer->body == "short and stout");
  CHECK(answer->header("x-pot") == "Tea");
  REQUIRE(server.requests().size() == 1);
  const std::string sent = server.requests().front();
  CHECK(sent.starts_with("POST /brew?cups=2 HTTP/1.1\r\n"));
  CHECK(sent.find("User-Agent: canarygate/1.2.3\r\n") != std::string::npos);
  CHECK(sent.find("X-Key: secret\r\n") != std::string::npos);
  CHECK(sent.find("X-Empty:\r\n") != std::string::npos);
  CHECK(sent.find("Content-Type: text/x\r\n") != std::string::npos);
  CHECK(sent.find("Accept-Encoding: gzip, deflate\r\n") != std::string::npos);
  CHECK(sent.find("Expect") == std::string::npos);
  CHECK(sent.ends_with(request.body));
}

TEST_CASE("a hundred requests come back in their order, over few connections, which are kept") {
  const LoopbackServer server([](const Connection& connection, const std::string& request) {
    return connection.write(response(200, request.substr(4, request.find(" HTTP") - 4)));
  });
  Client client;
  std::vector<HttpRequest> requests;
  for (int i = 0; i < 100; ++i) requests.push_back(get(server.url(fmt::format("/{}", i))));
  for (int round = 0; round < 2; ++round) {
    const auto answers = client.http->send_all(requests, kPatience);
    REQUIRE(answers.size() == 100);
    for (std::size_t i = 0; i < answers.size(); ++i) {
      REQUIRE(answers[i].has_value());
      CHECK(answers[i]->body == fmt::format("/{}", i));
    }
  }
  CHECK(server.connections() <= 32);
}

TEST_CASE("a refused connection names host, cause and next step, and may pass") {
  Client client;
  const int port = test::closed_port();
  const auto answer = client.send(get(fmt::format("http://127.0.0.1:{}/?token=s3cret", port)));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::backend);
  CHECK(answer.error().transient);
  CHECK(answer.error().text ==
        fmt::format("127.0.0.1:{}: cannot connect (connection refused); check host and port, "
                    "and that the server runs",
                    port));
}

TEST_CASE("what cannot be a URL or a host is an error and not a crash") {
  Client client;
  const auto ftp = client.send(get("ftp://127.0.0.1/x"));
  REQUIRE_FALSE(ftp.has_value());
  CHECK(ftp.error().text ==
        "'127.0.0.1' is not the address of an http or https server; correct it");
  const auto file = client.send(get("file:///etc/passwd"));
  CHECK_FALSE(file.has_value());
  const auto nobody = client.send(get("http://no-such-host.invalid/"));
  REQUIRE_FALSE(nobody.has_value());
  CHECK(nobody.error().text.starts_with(
      "no-such-host.invalid: no such host; check that name and this machine's DNS"));
}

TEST_CASE("a server that hangs is given up after the request's own timeout") {
  LoopbackServer* self = nullptr;
  LoopbackServer server([&self](const Connection& connection, const std::string&) {
    connection.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nslow");
    connection.wait_for_close([&] { return self->ends(); });
    return false;
  });
  self = &server;
  Client client;
  HttpRequest request = get(server.url());
  request.timeout = 200ms;
  const auto answer = client.send(request);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::backend);
  CHECK_FALSE(answer.error().transient);
  CHECK(answer.error().text == fmt::format("127.0.0.1:{} did not answer within 200ms; check the "
                                           "server's load, or raise `request_timeout`",
                                           server.port()));
}

TEST_CASE("when patience runs out the finished keep their answers and the others are timeouts") {
  LoopbackServer* self = nullptr;
  LoopbackServer server([&self](const Connection& connection, const std::string& request) {
    if (request.starts_with("GET /quick")) return connection.write(response(200, "ok"));
    connection.wait_for_close([&] { return self->ends(); });
    return false;
  });
  self = &server;
  Client client;
  const std::vector<HttpRequest> requests = {get(server.url("/quick")), get(server.url("/slow"))};
  const auto answers = client.http->send_all(requests, 500ms);
  REQUIRE(answers[0].has_value());
  REQUIRE_FALSE(answers[1].has_value());
  CHECK(answers[1].error().kind == ErrorKind::timeout);
}

TEST_CASE("an interrupt ends the wait") {
  LoopbackServer* self = nullptr;
  Client client;
  LoopbackServer server([&](const Connection& connection, const std::string&) {
    client.interrupt.raise(15);
    connection.wait_for_close([&] { return self->ends(); });
    return false;
  });
  self = &server;
  const auto begin = std::chrono::steady_clock::now();
  const auto answer = client.send(get(server.url()), 60s);
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().kind == ErrorKind::interrupted);
  CHECK(std::chrono::steady_clock::now() - begin < 10s);
}

TEST_CASE("a connection closed in the middle of a body is no answer") {
  for (const std::string& bytes :
       {std::string(), std::string("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\":")}) {
    const LoopbackServer server([&](const Connection& connection, const std::string&) {
      connection.write(bytes);
      return false;
    });
    Client client;
    const auto answer = client.send(get(server.url()));
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().transient);
    CHECK(answer.error().text ==
          fmt::format("127.0.0.1:{} closed the connection before it had answered; check the "
                      "server's log",
                      server.port()));
  }
}

TEST_CASE("a body of just max_body bytes is an answer, one byte more is an error") {
  const LoopbackServer server(always(response(200, std::string(1000, 'x'))));
  Client client;
  HttpRequest request = get(server.url());
  request.max_body = 1000;
  CHECK(client.send(request).has_value());
  request.max_body = 999;
  const auto answer = client.send(request);
  REQUIRE_FALSE(answer.has_value());
  CHECK(
      answer.error().text ==
      fmt::format("127.0.0.1:{} sent more than 999 bytes; ask for less at a time", server.port()));
}

TEST_CASE("a compressed body is unpacked, and bounded by what it unpacks to") {
  const std::string large(10U << 20U, 'x');
  const std::string packed = gzip(large);
  REQUIRE(packed.size() < 20'000);
  const LoopbackServer server(always(response(200, packed, "Content-Encoding: gzip\r\n")));
  Client client;
  HttpRequest request = get(server.url());
  const auto whole = client.send(request);
  REQUIRE(whole.has_value());
  CHECK(whole->body == large);
  request.max_body = 1U << 20U;
  const auto bomb = client.send(request);
  REQUIRE_FALSE(bomb.has_value());
  CHECK(bomb.error().text.find(" sent more than 1 MiB; ") != std::string::npos);
}

TEST_CASE("endless headers are cut off") {
  std::string headers;
  for (int i = 0; i < 100; ++i) headers += fmt::format("X-{}: {}\r\n", i, std::string(1000, 'x'));
  const LoopbackServer server(always(response(200, "", headers)));
  Client client;
  const auto answer = client.send(get(server.url()));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().text.find("sent more than 64 KiB of headers") != std::string::npos);
}

TEST_CASE("a redirect on the same server is followed with headers, method and body") {
  const LoopbackServer server([](const Connection& connection, const std::string& request) {
    if (request.starts_with("POST /a ")) {
      return connection.write(response(301, "moved", "Location: /b\r\n"));
    }
    return connection.write(response(200, "here"));
  });
  Client client;
  HttpRequest request = get(server.url("/a"));
  request.method = "POST";
  request.body = "query=up";
  request.headers = {{"Authorization", "Bearer t"}};
  const auto answer = client.send(request);
  REQUIRE(answer.has_value());
  CHECK(answer->body == "here");
  REQUIRE(server.requests().size() == 2);
  CHECK(server.requests()[1].starts_with("POST /b "));
  CHECK(server.requests()[1].find("Authorization: Bearer t\r\n") != std::string::npos);
  CHECK(server.requests()[1].ends_with("query=up"));
}

TEST_CASE("See Other asks for a GET") {
  const LoopbackServer server([](const Connection& connection, const std::string& request) {
    return connection.write(request.starts_with("POST") ? response(303, "", "Location: /b\r\n")
                                                        : response(200, request.substr(0, 6)));
  });
  Client client;
  HttpRequest request = get(server.url("/a"));
  request.method = "POST";
  request.body = "x";
  const auto answer = client.send(request);
  REQUIRE(answer.has_value());
  CHECK(answer->body == "GET /b");
}

TEST_CASE("credentials are not carried to another server, which is not even asked") {
  const LoopbackServer other(always(response(200, "gotcha")));
  const LoopbackServer server(always(response(302, "", "Location: " + other.url("/x") + "\r\n")));
  Client client;
  for (const std::string name : {"Authorization", "DD-API-KEY", "X-Scope-OrgID"}) {
    HttpRequest request = get(server.url());
    request.headers = {{name, "s3cret"}};
    const auto answer = client.send(request);
    REQUIRE_FALSE(answer.has_value());
    CHECK(answer.error().text ==
          fmt::format("127.0.0.1:{} redirects to http://127.0.0.1:{}, where headers and "
                      "credentials are not sent; configure the address that answers itself",
                      server.port(), other.port()));
  }
  CHECK(other.requests().empty());

  const auto plain = client.send(get(server.url()));
  REQUIRE(plain.has_value());
  CHECK(plain->body == "gotcha");
}

TEST_CASE("a redirect loop ends after five, and no redirect leaves http") {
  const LoopbackServer loop(always(response(302, "", "Location: /again\r\n")));
  Client client;
  const auto answer = client.send(get(loop.url()));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().text ==
        fmt::format("127.0.0.1:{} redirects in circles; configure the address that answers",
                    loop.port()));
  CHECK(loop.requests().size() == 6);

  const LoopbackServer file(always(response(302, "", "Location: file:///etc/passwd\r\n")));
  CHECK_FALSE(client.send(get(file.url())).has_value());
}

TEST_CASE("plain http on a TLS port is told apart from a bad certificate") {
  const LoopbackServer server(always(response(200, "plain")));
  Client client;
  const auto answer = client.send(get(fmt::format("https://127.0.0.1:{}/", server.port())));
  REQUIRE_FALSE(answer.has_value());
  CHECK(answer.error().text.find("no TLS connection") != std::string::npos);
}
