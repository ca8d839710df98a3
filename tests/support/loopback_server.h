/// A real server on a free port of 127.0.0.1 that behaves as badly as a test wants.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace canarygate::test {

/// One accepted connection.
class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}
  /// The next request's head and body as they came; "" when the client is gone.
  [[nodiscard]] std::string read_request() const;
  /// False when the client is gone.
  bool write(const std::string& bytes) const;
  /// Waits until the client closes the connection or the server ends.
  void wait_for_close(const std::function<bool()>& server_ends) const;

 private:
  int socket_;
};

/// Runs `serve` in a thread of its own for each request, until the connection closes.
class LoopbackServer {
 public:
  /// Answers one request; false closes the connection.
  using Serve = std::function<bool(const Connection& connection, const std::string& request)>;

  explicit LoopbackServer(Serve serve);
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;
  ~LoopbackServer();

  [[nodiscard]] int port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "") const;
  [[nodiscard]] std::vector<std::string> requests() const;
  [[nodiscard]] std::size_t connections() const;
  [[nodiscard]] bool ends() const { return stop_.stop_requested(); }

 private:
  void accept_all(int listener);
  void serve_one(int socket);

  Serve serve_;
  int port_ = 0;
  std::stop_source stop_;
  mutable std::mutex mutex_;
  std::vector<std::string> requests_;
  std::vector<std::jthread> workers_;
  std::jthread acceptor_;
};

/// A complete response with its length.
[[nodiscard]] std::string response(int status, const std::string& body,
                                   const std::string& more_headers = "");

[[nodiscard]] std::string gzip(const std::string& text);

/// A port of 127.0.0.1 on which nobody listens.
[[nodiscard]] int closed_port();

}  // namespace canarygate::test
