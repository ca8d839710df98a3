#include "pipelines/notify/sockets.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>

#include "checks/duration.h"

namespace canarygate {

namespace {

using Steady = std::chrono::steady_clock;
constexpr Duration kNap = std::chrono::milliseconds(50);

class Socket {
 public:
  explicit Socket(int file) : file_(file) {}
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  ~Socket() {
    if (file_ >= 0) ::close(file_);
  }
  [[nodiscard]] int file() const { return file_; }

 private:
  int file_;
};

struct Endpoint {
  sockaddr_storage address{};
  socklen_t length = 0;
  int family = 0;
};

std::string name_of(const SocketAddress& address) {
  const bool six = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", six ? "[" : "", address.host, six ? "]" : "", address.port);
}

Unexpected<Error> refusal(const SocketAddress& address, const std::string& what) {
  return fail(ErrorKind::backend, name_of(address) + what);
}

/// What a resolver finds; nothing where it finds nobody.
std::vector<Endpoint> resolve(const SocketAddress& address, int type, int flags) {
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  std::vector<Endpoint> endpoints;
  const std::string port = std::to_string(address.port);
  if (getaddrinfo(address.host.c_str(), port.c_str(), &hints, &found) != 0) return endpoints;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    Endpoint endpoint;
    std::memcpy(&endpoint.address, one->ai_addr, one->ai_addrlen);
    endpoint.length = one->ai_addrlen;
    endpoint.family = one->ai_family;
    endpoints.push_back(endpoint);
  }
  freeaddrinfo(found);
  return endpoints;
}

/// A resolver cannot be told when to give up: it is left to itself then, and so is this.
struct Resolving {
  std::mutex mutex;
  std::condition_variable changed;
  bool over = false;
  std::vector<Endpoint> endpoints;
};

class SystemSockets : public Sockets {
 public:
  explicit SystemSockets(const Interrupt& interrupt) : interrupt_(interrupt) {}

  [[nodiscard]] std::vector<Status> send_all(std::span<const SocketText> texts,
                                             Duration patience) override {
    patience_ = patience;
    deadline_ = Steady::now() + patience;
    std::vector<Status> results;
    for (const SocketText& text : texts) results.push_back(send(text));
    return results;
  }

 private:
  [[nodiscard]] bool over() const { return interrupt_.raised() || Steady::now() >= deadline_; }

  [[nodiscard]] Unexpected<Error> out_of_time(const SocketAddress& address) const {
    return refusal(address, fmt::format(" did not answer within {}; see whether it is well and can "
                                        "be reached",
                                        format_duration(patience_)));
  }

  [[nodiscard]] Result<std::vector<Endpoint>> find(const SocketAddress& address, int type) const {
    auto numeric = resolve(address, type, AI_NUMERICHOST);
    if (!numeric.empty()) return numeric;
    const auto state = std::make_shared<Resolving>();
    try {
      std::thread([state, address, type] {
        auto endpoints = resolve(address, type, AI_ADDRCONFIG);
        const std::lock_guard lock(state->mutex);
        state->endpoints = std::move(endpoints);
        state->over = true;
        state->changed.notify_all();
      }).detach();
    } catch (const std::system_error& error) {
      return refusal(address, fmt::format(": its name could not be looked up ({})", error.what()));
    }
    std::unique_lock lock(state->mutex);
    while (!state->over && !over()) state->changed.wait_for(lock, kNap);
    if (!state->over) return out_of_time(address);
    if (state->endpoints.empty()) {
      return refusal(address, ": no such host; check the name in `address` and this machine's DNS");
    }
    return state->endpoints;
  }

  /// Whether `events` came before the time was over.
  [[nodiscard]] bool wait_for(const Socket& socket, short events) const {
    pollfd entry{socket.file(), events, 0};
    while (!over()) {
      if (::poll(&entry, 1, static_cast<int>(kNap.count())) > 0) return true;
    }
    return false;
  }

  [[nodiscard]] Status send(const SocketText& text) const {
    const bool tcp = text.protocol == SocketText::Protocol::tcp;
    const int type = tcp ? SOCK_STREAM : SOCK_DGRAM;
    const auto endpoints = find(text.address, type);
    if (!endpoints) return unexpected(endpoints.error());
    Status last = out_of_time(text.address);
    for (const Endpoint& endpoint : *endpoints) {
      const Socket socket(::socket(endpoint.family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
      if (socket.file() < 0) {
        last = broken(text.address, errno);
        continue;
      }
      last = connect(socket, endpoint, text.address);
      if (!last) continue;
      return tcp ? stream(socket, text) : datagrams(socket, text);
    }
    return last;
  }

  [[nodiscard]] Status connect(const Socket& socket, const Endpoint& endpoint,
                               const SocketAddress& address) const {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): POSIX wants it so
    const auto* to = reinterpret_cast<const sockaddr*>(&endpoint.address);
    if (::connect(socket.file(), to, endpoint.length) == 0) return Done{};
    if (errno != EINPROGRESS) return broken(address, errno);
    if (!wait_for(socket, POLLOUT)) return out_of_time(address);
    int error = 0;
    socklen_t size = sizeof error;
    ::getsockopt(socket.file(), SOL_SOCKET, SO_ERROR, &error, &size);
    if (error != 0) return broken(address, error);
    return Done{};
  }

  [[nodiscard]] Status stream(const Socket& socket, const SocketText& text) const {
    for (const std::string& part : text.parts) {
      std::string_view rest = part;
      while (!rest.empty()) {
        const ssize_t sent = ::send(socket.file(), rest.data(), rest.size(), MSG_NOSIGNAL);
        if (sent > 0) {
          rest.remove_prefix(static_cast<std::size_t>(sent));
        } else if (errno != EAGAIN && errno != EINTR) {
          return broken(text.address, errno);
        } else if (!wait_for(socket, POLLOUT)) {
          return out_of_time(text.address);
        }
      }
    }
    // It hangs up when it has read everything.
    ::shutdown(socket.file(), SHUT_WR);
    if (!wait_for(socket, POLLIN)) return Done{};
    char byte = 0;
    if (::recv(socket.file(), &byte, 1, 0) < 0 && errno != EAGAIN) {
      return broken(text.address, errno);
    }
    return Done{};
  }

  [[nodiscard]] static Status datagrams(const Socket& socket, const SocketText& text) {
    for (const std::string& part : text.parts) {
      if (::send(socket.file(), part.data(), part.size(), MSG_NOSIGNAL) < 0) {
        return broken(text.address, errno);
      }
    }
    // A host without a listener may have said so by now.
    char byte = 0;
    if (::recv(socket.file(), &byte, 1, 0) < 0 && errno == ECONNREFUSED) {
      return broken(text.address, errno);
    }
    return Done{};
  }

  [[nodiscard]] static Unexpected<Error> broken(const SocketAddress& address, int error) {
    if (error == ECONNREFUSED) {
      return refusal(address,
                     ": nobody listens there (connection refused); check host and port in "
                     "`address`");
    }
    return refusal(address, fmt::format(": cannot be reached ({}); check host and port in "
                                        "`address`",
                                        std::generic_category().message(error)));
  }

  const Interrupt& interrupt_;
  Duration patience_{0};
  Steady::time_point deadline_;
};

}  // namespace

std::unique_ptr<Sockets> make_system_sockets(const Interrupt& interrupt) {
  return std::make_unique<SystemSockets>(interrupt);
}

}  // namespace canarygate
