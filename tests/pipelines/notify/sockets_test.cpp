/// Real sockets on loopback.
#include "pipelines/notify/sockets.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>

namespace canarygate::test {

namespace {

using namespace std::chrono_literals;
using Protocol = SocketText::Protocol;

/// Bound to a free port of 127.0.0.1; by TCP it listens.
class Bound {
 public:
  explicit Bound(int type) : file_(::socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    REQUIRE(::bind(file_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    socklen_t size = sizeof address;
    REQUIRE(::getsockname(file_, reinterpret_cast<sockaddr*>(&address), &size) == 0);
    port_ = ntohs(address.sin_port);
    if (type == SOCK_STREAM) REQUIRE(::listen(file_, 4) == 0);
  }
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;
  ~Bound() { hang_up(); }
  void hang_up() {
    if (file_ >= 0) ::close(file_);
    file_ = -1;
  }
  [[nodiscard]] SocketAddress address() const { return {"127.0.0.1", port_}; }
  [[nodiscard]] int file() const { return file_; }

 private:
  int file_;
  std::uint16_t port_ = 0;
};

std::string read_from(int file) {
  std::string all(65536, '\0');
  const ssize_t size = ::recv(file, all.data(), all.size(), 0);
  REQUIRE(size >= 0);
  all.resize(static_cast<std::size_t>(size));
  return all;
}

Status send(const SocketText& text, Duration patience = 10s) {
  Interrupt interrupt;
  const auto results = make_system_sockets(interrupt)->send_all(std::span(&text, 1), patience);
  REQUIRE(results.size() == 1);
  return results.front();
}

std::string error_of(const Status& status) { return status ? "" : status.error().text; }

}  // namespace

TEST_CASE("a datagram a part") {
  const Bound listener(SOCK_DGRAM);
  CHECK(error_of(send({Protocol::udp, listener.address(), {"a:1|c", "b:2|c\nc:3|g"}})).empty());
  CHECK(read_from(listener.file()) == "a:1|c");
  CHECK(read_from(listener.file()) == "b:2|c\nc:3|g");
}

TEST_CASE("a stream of all parts; the kernel's buffers take it though nobody reads yet") {
  const Bound listener(SOCK_STREAM);
  CHECK(error_of(send({Protocol::tcp, listener.address(), {"a 1 2\n", "b 3 4\n"}}, 300ms)).empty());
  const int peer = ::accept(listener.file(), nullptr, nullptr);
  REQUIRE(peer >= 0);
  CHECK(read_from(peer) == "a 1 2\nb 3 4\n");
  ::close(peer);
}

TEST_CASE("a port without a listener is told, by UDP as far as it is known") {
  for (const auto& [protocol, type] :
       {std::pair{Protocol::tcp, SOCK_STREAM}, std::pair{Protocol::udp, SOCK_DGRAM}}) {
    Bound gone(type);
    gone.hang_up();
    const std::string port = std::to_string(gone.address().port);
    CHECK(error_of(send({protocol, gone.address(), {"a", "b"}})) ==
          "127.0.0.1:" + port +
              ": nobody listens there (connection refused); check host and port in `address`");
  }
}

TEST_CASE("a name that nobody has is told") {
  CHECK(error_of(send({Protocol::udp, {"no-such-host.invalid", 8125}, {"a"}})) ==
        "no-such-host.invalid:8125: no such host; check the name in `address` and this machine's "
        "DNS");
}

TEST_CASE("who reads nothing is waited for no longer than the patience") {
  const Bound listener(SOCK_STREAM);
  const std::string much(32U << 20U, 'x');  // more than any kernel keeps for it
  const SocketAddress to = listener.address();
  CHECK(error_of(send({Protocol::tcp, to, {much}}, 200ms)) ==
        "127.0.0.1:" + std::to_string(to.port) +
            " did not answer within 200ms; see whether it is well and can be reached");
}

TEST_CASE("an interrupt ends the waiting") {
  const Bound listener(SOCK_STREAM);
  Interrupt interrupt;
  interrupt.raise(15);
  const SocketText text{Protocol::tcp, listener.address(), {std::string(32U << 20U, 'x')}};
  const auto results = make_system_sockets(interrupt)->send_all(std::span(&text, 1), 1h);
  CHECK_FALSE(results.front());
}

}  // namespace canarygate::test
