#include "tests/bench/endpoints.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <set>
#include <string>

namespace canarygate::bench {

namespace {

constexpr std::size_t kBodyBytes = 50'000;
constexpr std::size_t kDigits = 9;

/// A reply whose counters can be set without writing it anew.
class Reply {
 public:
  Reply() {
    for (int route = 0; route < 12; ++route) add_route(route);
    for (int cpu = 0; cpu < 16; ++cpu) {
      for (const char* mode : {"idle", "iowait", "irq", "nice", "softirq", "steal", "system"}) {
        add_counter(fmt::format("node_cpu_seconds_total{{cpu=\"{}\",mode=\"{}\"}}", cpu, mode));
      }
    }
    for (int i = 0; body_.size() < kBodyBytes; ++i) {
      if (i % 8 == 0) body_ += fmt::format("# HELP app_pool_{} What the pool holds.\n", i / 8);
      body_ += fmt::format("app_pool_{}{{pool=\"worker\",shard=\"{}\"}} {}e+06\n", i / 8, i, i);
    }
    head_ = fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
        "Content-Length: {}\r\n\r\n",
        body_.size());
  }

  [[nodiscard]] std::size_t bytes() const { return body_.size(); }

  std::string at(std::uint64_t count) {
    for (const std::size_t place : counters_) {
      body_.replace(place, kDigits, fmt::format("{:09}", count));
    }
    return head_ + body_;
  }

 private:
  void add_counter(const std::string& series) {
    body_ += series + " ";
    counters_.push_back(body_.size());
    body_ += std::string(kDigits, '0') + "\n";
  }

  void add_route(int route) {
    body_ += "# TYPE http_requests_total counter\n";
    for (const char* code : {"200", "301", "404", "500"}) {
      add_counter(fmt::format(
          "http_requests_total{{method=\"GET\",route=\"/api/v1/{}\",code=\"{}\"}}", route, code));
    }
    body_ += "# TYPE http_request_duration_seconds histogram\n";
    for (const char* le :
         {"0.005", "0.01", "0.025", "0.05", "0.1", "0.25", "0.5", "1", "2.5", "5", "10", "+Inf"}) {
      add_counter(fmt::format(
          "http_request_duration_seconds_bucket{{route=\"/api/v1/{}\",le=\"{}\"}}", route, le));
    }
  }

  std::string head_;
  std::string body_;
  std::vector<std::size_t> counters_;
};

int listen_somewhere(std::uint16_t& port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<sockaddr*>(&address), size) != 0) std::abort();
  if (listen(listener, 16) != 0) std::abort();
  getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
  port = ntohs(address.sin_port);
  return listener;
}

void watch(int poll, int descriptor) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = descriptor;
  if (epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) != 0) std::abort();
}

/// One request, one reply; false when the client is gone.
bool answer(int connection, Reply& reply, std::uint64_t count) {
  std::array<char, 4096> request{};
  if (read(connection, request.data(), request.size()) <= 0) return false;
  const std::string text = reply.at(count);
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ssize_t n = send(connection, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (n <= 0) return false;
    sent += static_cast<std::size_t>(n);
  }
  return true;
}

[[noreturn]] void serve(const std::vector<int>& listeners) {
  const int poll = epoll_create1(EPOLL_CLOEXEC);
  for (const int listener : listeners) watch(poll, listener);
  const std::set<int> is_listener(listeners.begin(), listeners.end());
  const auto start = std::chrono::steady_clock::now();
  Reply reply;
  std::array<epoll_event, 256> events{};
  while (true) {
    const int ready = epoll_wait(poll, events.data(), static_cast<int>(events.size()), -1);
    const auto age = std::chrono::steady_clock::now() - start;
    const auto count = std::chrono::duration_cast<std::chrono::milliseconds>(age).count();
    for (int i = 0; i < ready; ++i) {
      const int descriptor = events.at(static_cast<std::size_t>(i)).data.fd;
      if (is_listener.contains(descriptor)) {
        const int connection = accept4(descriptor, nullptr, nullptr, SOCK_CLOEXEC);
        if (connection >= 0) watch(poll, connection);
      } else if (!answer(descriptor, reply, static_cast<std::uint64_t>(count))) {
        close(descriptor);
      }
    }
  }
}

}  // namespace

Endpoints::Endpoints(std::size_t count) : reply_bytes_(Reply().bytes()) {
  std::vector<int> listeners;
  for (std::size_t i = 0; i < count; ++i) {
    ports_.push_back(0);
    listeners.push_back(listen_somewhere(ports_.back()));
  }
  process_ = fork();
  if (process_ < 0) std::abort();
  if (process_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    serve(listeners);
  }
  for (const int listener : listeners) close(listener);
}

Endpoints::~Endpoints() {
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
}

}  // namespace canarygate::bench
