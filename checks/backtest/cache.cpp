#include "checks/backtest/cache.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "checks/gzip.h"
#include "checks/text.h"

namespace canarygate::backtest {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

static_assert(std::endian::native == std::endian::little, "numbers are kept as they are in memory");

constexpr int kVersion = 1;
constexpr std::size_t kMostBlockBytes = std::size_t{256} << 20U;
constexpr const char* kEnding = ".points.gz";

std::uint64_t fnv(std::string_view text, std::uint64_t hash) {
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  }
  return hash;
}

Json json_of(const ConfigValue& value);

Json json_of(const SecretRef& secret) {
  return {{"from", static_cast<int>(secret.from)}, {"name", secret.name}};
}

Json json_of(const ConfigValue& value) {
  return std::visit(
      [](const auto& held) -> Json {
        using T = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<T, Duration>) {
          return held.count();
        } else if constexpr (std::is_same_v<T, SecretRef>) {
          return json_of(held);
        } else if constexpr (std::is_same_v<T, Auth>) {
          return {{"kind", static_cast<int>(held.kind)},
                  {"username", held.username},
                  {"secret", json_of(held.secret)}};
        } else if constexpr (std::is_same_v<T, std::map<std::string, TextOrSecret>>) {
          Json headers = Json::object();
          for (const auto& [name, content] : held) {
            const auto* secret = std::get_if<SecretRef>(&content);
            headers[name] = secret != nullptr ? json_of(*secret) : Json(std::get<0>(content));
          }
          return headers;
        } else {
          return held;
        }
      },
      value);
}

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  return file.bad() ? std::nullopt : std::optional(std::move(text));
}

/// A line of JSON that says whose numbers these are, and then the numbers, series after series.
std::string pack(const std::string& origin, std::int64_t block, const Block& numbers) {
  Json series = Json::array();
  for (const Series& one : numbers.series) {
    series.push_back({{"host", one.host}, {"labels", one.labels}});
  }
  const Json header = {{"version", kVersion},
                       {"origin", origin},
                       {"block", block},
                       {"points", numbers.points},
                       {"series", series}};
  std::string text = header.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  for (const Series& one : numbers.series) {
    const std::size_t bytes = one.values.size() * sizeof(double);
    const std::size_t end = text.size();
    text.resize(end + bytes);
    if (bytes > 0) std::memcpy(text.data() + end, one.values.data(), bytes);
  }
  return text;
}

std::optional<Block> unpack(std::string_view text, const std::string& origin, std::int64_t block) {
  const std::size_t line = text.find('\n');
  if (line == std::string_view::npos) return std::nullopt;
  const Json header = Json::parse(text.substr(0, line), nullptr, false);
  if (header.is_discarded() || !header.is_object()) return std::nullopt;
  if (header.value("version", 0) != kVersion || header.value("origin", "") != origin) {
    return std::nullopt;
  }
  if (header.value("block", std::int64_t{-1}) != block) return std::nullopt;
  Block numbers;
  numbers.points = header.value("points", std::int64_t{-1});
  const auto series = header.find("series");
  if (numbers.points < 0 || series == header.end() || !series->is_array()) return std::nullopt;
  std::string_view rest = text.substr(line + 1);
  const std::size_t bytes = static_cast<std::size_t>(numbers.points) * sizeof(double);
  if (rest.size() != series->size() * bytes) return std::nullopt;
  for (const Json& one : *series) {
    Series read;
    read.host = one.at("host").get<std::string>();
    read.labels = one.at("labels").get<std::map<std::string, std::string>>();
    read.values.resize(static_cast<std::size_t>(numbers.points));
    if (bytes > 0) std::memcpy(read.values.data(), rest.data(), bytes);
    rest.remove_prefix(bytes);
    numbers.series.push_back(std::move(read));
  }
  return numbers;
}

}  // namespace

std::int64_t block_size(Duration step) {
  return std::max<std::int64_t>(1, std::chrono::hours(6) / step);
}

std::string origin_of(const gate::PlannedQuery& query, const BackendSpec& backend,
                      const std::string& environment, Duration step) {
  Json config = Json::object();
  for (const auto& [name, value] : backend.config.values()) config[name] = json_of(value);
  const Json origin = {{"environment", environment}, {"backend", query.backend},
                       {"type", backend.type},       {"config", config},
                       {"query", query.text},        {"host_label", query.host_label},
                       {"counts", query.counts},     {"step", step.count()}};
  return origin.dump(-1, ' ', false, Json::error_handler_t::replace);
}

fs::path Cache::file_of(const std::string& origin, std::int64_t block) const {
  // Two hashes of 64 bits: that two queries have the same name is for the header to find out.
  const std::string key = fmt::format("{}\n{}", block, origin);
  return folder_ / fmt::format("{:016x}{:016x}{}", fnv(key, 0xcbf29ce484222325U),
                               fnv(key, 0x84222325cbf29ce4U), kEnding);
}

std::optional<Block> Cache::load(const std::string& origin, std::int64_t block) const {
  const fs::path path = file_of(origin, block);
  const auto packed = read_file(path);
  if (!packed) return std::nullopt;
  const auto text = gunzip(*packed, kMostBlockBytes);
  if (!text) return std::nullopt;
  try {
    auto numbers = unpack(*text, origin, block);
    std::error_code ignored;
    if (numbers) fs::last_write_time(path, fs::file_time_type::clock::now(), ignored);
    return numbers;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

bool Cache::keep(const std::string& origin, std::int64_t block, const Block& numbers) const {
  std::error_code error;
  if (!fs::exists(folder_, error)) {
    fs::create_directories(folder_, error);
    fs::permissions(folder_, fs::perms::owner_all, error);
  }
  const fs::path path = file_of(origin, block);
  fs::path temporary = path;
  temporary += fmt::format(".{}", ::getpid());
  {
    std::ofstream file(temporary, std::ios::binary | std::ios::trunc);
    fs::permissions(temporary, fs::perms::owner_read | fs::perms::owner_write, error);
    const std::string packed = gzip(pack(origin, block, numbers));
    file.write(packed.data(), static_cast<std::streamsize>(packed.size()));
    file.flush();
    if (!file) {
      fs::remove(temporary, error);
      return false;
    }
  }
  fs::rename(temporary, path, error);
  if (!error) return true;
  fs::remove(temporary, error);
  return false;
}

void Cache::shrink(std::uintmax_t most_bytes) const {
  struct Kept {
    fs::file_time_type used;
    std::uintmax_t bytes = 0;
    fs::path path;
  };
  std::vector<Kept> all;
  std::uintmax_t bytes = 0;
  std::error_code error;
  for (fs::directory_iterator entry(folder_, error), end; !error && entry != end;
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.find(kEnding) == std::string::npos) continue;  // nothing of ours
    std::error_code gone;
    Kept kept{entry->last_write_time(gone), entry->file_size(gone), entry->path()};
    if (gone) continue;
    bytes += kept.bytes;
    all.push_back(std::move(kept));
  }
  std::ranges::sort(all, {}, &Kept::used);
  for (const Kept& oldest : all) {
    if (bytes <= most_bytes) break;
    if (fs::remove(oldest.path, error)) bytes -= oldest.bytes;
  }
}

std::optional<std::string> cache_folder(const Variables& variables) {
  const fs::path own = fs::path("canarygate") / "backtest";
  if (const auto caches = variables.get("XDG_CACHE_HOME"); caches && caches->front() == '/') {
    return (fs::path(*caches) / own).string();
  }
  if (const auto home = variables.get("HOME")) {
    return (fs::path(*home) / ".cache" / own).string();
  }
  return std::nullopt;
}

}  // namespace canarygate::backtest
