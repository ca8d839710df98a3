#include "tests/support/loopback_server.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cstdlib>

namespace canarygate::test {

namespace {

constexpr int kPollMilliseconds = 10;

int bind_loopback(int& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

std::size_t content_length(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

std::string Connection::read_request() const {
  std::string text;
  while (true) {
    const std::size_t head = text.find("\r\n\r\n");
    if (head != std::string::npos && text.size() >= head + 4 + content_length(text)) return text;
    std::array<char, 4096> buffer{};
    const ssize_t count = read(socket_, buffer.data(), buffer.size());
    if (count <= 0) return "";
    text.append(buffer.data(), static_cast<std::size_t>(count));
    const bool tls_hello = text.front() == '\x16';
    if (tls_hello) return text;
  }
}

bool Connection::write(const std::string& bytes) const {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const ssize_t count = send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return false;
    sent += static_cast<std::size_t>(count);
  }
  return true;
}

void Connection::wait_for_close(const std::function<bool()>& server_ends) const {
  pollfd closed{socket_, POLLIN | POLLRDHUP, 0};
  while (!server_ends() && poll(&closed, 1, kPollMilliseconds) == 0) {
  }
}

LoopbackServer::LoopbackServer(Serve serve) : serve_(std::move(serve)) {
  const int listener = bind_loopback(port_);
  if (listen(listener, 64) != 0) std::abort();
  acceptor_ = std::jthread([this, listener] { accept_all(listener); });
}

LoopbackServer::~LoopbackServer() {
  stop_.request_stop();
  acceptor_.join();
  workers_.clear();
}

void LoopbackServer::accept_all(int listener) {
  while (!ends()) {
    pollfd ready{listener, POLLIN, 0};
    if (poll(&ready, 1, kPollMilliseconds) <= 0) continue;
    const int socket = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    const std::lock_guard lock(mutex_);
    workers_.emplace_back([this, socket] { serve_one(socket); });
  }
  close(listener);
}

void LoopbackServer::serve_one(int socket) {
  const Connection connection(socket);
  while (!ends()) {
    pollfd ready{socket, POLLIN, 0};
    if (poll(&ready, 1, kPollMilliseconds) == 0) continue;
    const std::string request = connection.read_request();
    if (request.empty()) break;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    if (!serve_(connection, request)) break;
  }
  close(socket);
}

std::string LoopbackServer::url(const std::string& path) const {
  return fmt::format("http://127.0.0.1:{}{}", port_, path);
}

std::vector<std::string> LoopbackServer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t LoopbackServer::connections() const {
  const std::lock_guard lock(mutex_);
  return workers_.size();
}

std::string response(int status, const std::string& body, const std::string& more_headers) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Length: {}\r\n{}\r\n{}", status, body.size(),
                     more_headers, body);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_COMPRESSION, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()), '\0');
  std::string input = text;
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  deflate(&stream, Z_FINISH);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

int closed_port() {
  int port = 0;
  close(bind_loopback(port));
  return port;
}

}  // namespace canarygate::test
