/// A YAML file as a small tree in which every node knows where it stands.
///
/// Only what a configuration file needs: scalars, lists and maps. Anchors, aliases, tags, merge
/// keys and second documents are refused, so a small file can never grow into a large one. Size,
/// depth and number of nodes are bounded.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/definition/problem.h"
#include "checks/result.h"

namespace canarygate {

struct YamlNode {
  enum class Kind {
    null,    ///< nothing was written, or `~`
    scalar,  ///< `text`
    list,    ///< `children`
    map,     ///< `keys[i]` belongs to `children[i]`; no key twice
    refused  ///< a Problem was already reported here; say no more about it
  } kind = Kind::null;
  std::string text;
  bool quoted = false;  ///< a quoted or block scalar: always text, never a number
  std::vector<YamlNode> keys;
  std::vector<YamlNode> children;
  std::string file;
  std::size_t line = 0;  ///< as in Problem: characters, from 1
  std::size_t column = 0;

  /// The value under `key`; null when there is none, or when this is no map.
  [[nodiscard]] const YamlNode* find(std::string_view key) const;
  [[nodiscard]] YamlNode* find(std::string_view key);
  /// The node of the key itself, for messages about it.
  [[nodiscard]] const YamlNode* find_key(std::string_view key) const;

  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }

  /// Whether this or anything below it was refused.
  [[nodiscard]] bool has_refused() const;

  /// A Problem that stands here.
  [[nodiscard]] Problem problem(std::string words) const {
    return {file, line, column, std::move(words)};
  }
};

struct YamlFile {
  YamlNode root;
  Problems problems;  ///< duplicate keys, anchors and the like; the tree is usable all the same
};

constexpr std::size_t kMostYamlBytes = 1024 * 1024;
constexpr std::size_t kMostYamlDepth = 32;
constexpr std::size_t kMostYamlNodes = 20'000;

/// `file` is the name for messages. An error, alone, when `text` is no YAML or beyond a bound.
[[nodiscard]] Result<YamlFile, Problem> parse_yaml(std::string_view text, const std::string& file);

/// Reads `path` and parses it; `shown` is its name for messages.
[[nodiscard]] Result<YamlFile, Problem> read_yaml(const std::string& path,
                                                  const std::string& shown);

}  // namespace canarygate
