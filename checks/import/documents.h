/// The files that other tools are configured with, as trees in which every node knows its place.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"
#include "checks/import/draft.h"
#include "checks/import/importer.h"
#include "checks/result.h"

namespace canarygate {

/// The documents of a YAML file, which `---` lines part, without the empty ones. Lines are those of
/// the file. Anchors, aliases and tags are refused, as in our own files.
[[nodiscard]] Result<std::vector<YamlNode>, Problems> yaml_documents(const ImportFile& file);

/// `file:line:column` of a node, for LeftOut::where.
[[nodiscard]] std::string place_of(const YamlNode& node);

constexpr std::size_t kMostImportBytes = 16 * 1024 * 1024;
constexpr std::size_t kMostJsonDepth = 100;

/// A place in a JSON document, whether anything is there or not. Points into the document, which
/// must outlive it.
class JsonPlace {
 public:
  JsonPlace(const nlohmann::json* value, std::string file, std::string path)
      : value_(value), file_(std::move(file)), path_(std::move(path)) {}

  /// What is under `key`, or nothing where this is no object or has none.
  [[nodiscard]] JsonPlace operator[](std::string_view key) const;
  /// The elements of a list, or the values of an object; none of anything else.
  [[nodiscard]] std::vector<JsonPlace> elements() const;
  /// The keys of an object, in the order of their names.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// Whether there is anything but null.
  [[nodiscard]] bool exists() const { return value_ != nullptr && !value_->is_null(); }
  [[nodiscard]] bool is_object() const { return value_ != nullptr && value_->is_object(); }
  [[nodiscard]] bool is_list() const { return value_ != nullptr && value_->is_array(); }
  [[nodiscard]] bool is_text() const { return value_ != nullptr && value_->is_string(); }
  /// Nothing unless it is of that type.
  [[nodiscard]] std::optional<std::string> text() const;
  [[nodiscard]] std::optional<double> number() const;
  [[nodiscard]] std::optional<bool> boolean() const;
  /// A number, text or boolean as it would be written: for messages and labels.
  [[nodiscard]] std::string shown() const;

  [[nodiscard]] const std::string& path() const { return path_; }
  /// `file: path.to[2].it`, for LeftOut::where; the file alone for the whole of it.
  [[nodiscard]] std::string where() const;
  [[nodiscard]] Problem problem(const std::string& words) const;

 private:
  const nlohmann::json* value_;
  std::string file_;
  std::string path_;  ///< `metrics[2].name`; empty for the whole document
};

/// A Problem with line and column when it is no JSON, is too large or too deep, or has a key twice.
[[nodiscard]] Result<nlohmann::json, Problem> parse_json(const ImportFile& file);

}  // namespace canarygate
