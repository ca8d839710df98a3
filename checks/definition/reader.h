/// Takes values out of a map that has been checked against its shape.
///
/// What is absent, or was refused and is already reported, leaves the default as it is: so a file
/// with one bad value still gets the rest of its values looked at.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "checks/clock.h"
#include "checks/definition/yaml.h"

namespace canarygate {

class Reader {
 public:
  /// Null stands for an empty map.
  explicit Reader(const YamlNode* map);

  /// Whether the key was written at all, well or badly.
  [[nodiscard]] bool has(std::string_view key) const;
  /// Whether none of these was refused: only then rules between them can be judged.
  [[nodiscard]] bool sound(std::initializer_list<std::string_view> keys) const;
  /// The value; null when absent or refused.
  [[nodiscard]] const YamlNode* node(std::string_view key) const;
  [[nodiscard]] Reader map(std::string_view key) const { return Reader(node(key)); }

  void read(std::string_view key, std::string& out) const;
  void read(std::string_view key, bool& out) const;
  void read(std::string_view key, std::int64_t& out) const;
  void read(std::string_view key, double& out) const;  ///< a number, or a percentage as a fraction
  void read(std::string_view key, Duration& out) const;
  void read(std::string_view key, std::vector<std::string>& out) const;
  void read(std::string_view key, std::map<std::string, std::string>& out) const;
  template <typename T>
  void read(std::string_view key, std::optional<T>& out) const {
    if (node(key) == nullptr) return;
    T value{};
    read(key, value);
    out = std::move(value);
  }
  /// One of a closed set of words.
  template <typename T>
  void read(std::string_view key, T& out,
            std::initializer_list<std::pair<std::string_view, T>> words) const {
    const YamlNode* value = node(key);
    if (value == nullptr) return;
    for (const auto& [word, meaning] : words) {
      if (value->text == word) out = meaning;
    }
  }

 private:
  const YamlNode* map_;
};

}  // namespace canarygate
