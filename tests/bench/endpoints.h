/// A fleet of hosts to scrape: a process of its own that answers on many ports of 127.0.0.1 with
/// some 50 KB of what services of that kind expose, counters running.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace canarygate::bench {

class Endpoints {
 public:
  /// Forks; to be made before there are threads.
  explicit Endpoints(std::size_t count);
  Endpoints(const Endpoints&) = delete;
  Endpoints& operator=(const Endpoints&) = delete;
  /// Ends the process.
  ~Endpoints();

  [[nodiscard]] const std::vector<std::uint16_t>& ports() const { return ports_; }
  [[nodiscard]] std::size_t reply_bytes() const { return reply_bytes_; }

 private:
  std::vector<std::uint16_t> ports_;
  std::size_t reply_bytes_ = 0;
  pid_t process_ = 0;
};

}  // namespace canarygate::bench
