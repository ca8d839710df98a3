/// What a backend or a discovery source can be told, declared as data.
///
/// Each of them lists its keys once. The YAML parser, the JSON Schema, the documentation and the
/// messages about unknown keys are all made from that list, so a new one is one file and one line.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "checks/clock.h"

namespace canarygate {

/// Where a secret is to be found. The secret itself never stands in a file of ours.
struct SecretRef {
  enum class From { env, file, command } from = From::env;
  std::string name;  ///< a variable's name, an absolute path, or a command for /bin/sh -c
  bool operator==(const SecretRef&) const = default;
};

/// A header's or parameter's value: literal text or a secret.
using TextOrSecret = std::variant<std::string, SecretRef>;

/// `auth: {bearer: SECRET}` or `auth: {basic: {username: TEXT, password: SECRET}}`.
struct Auth {
  enum class Kind { none, bearer, basic } kind = Kind::none;
  std::string username;
  SecretRef secret;
  bool operator==(const Auth&) const = default;
};

enum class KeyKind {
  text,       ///< std::string, not empty, one line
  text_list,  ///< std::vector<std::string>
  text_map,   ///< std::map<std::string, std::string>
  url,        ///< std::string, http:// or https://, no credentials in it
  url_list,   ///< std::vector<std::string>, at least one
  path,       ///< std::string, made absolute against the file that names it
  boolean,    ///< bool
  integer,    ///< std::int64_t
  duration,   ///< Duration
  choice,     ///< std::string, one of `choices`
  secret,     ///< SecretRef; a literal is refused
  auth,       ///< Auth
  headers,    ///< std::map<std::string, TextOrSecret>
  long_text   ///< std::string, not empty, of any number of lines
};

struct Key {
  std::string name;
  KeyKind kind = KeyKind::text;
  bool required = false;
  std::string help;                    ///< one line for schema and documentation
  std::vector<std::string> choices{};  ///< for KeyKind::choice
};

using ConfigValue = std::variant<bool, std::int64_t, Duration, std::string,
                                 std::vector<std::string>, std::map<std::string, std::string>,
                                 SecretRef, Auth, std::map<std::string, TextOrSecret>>;

/// Values already checked against a list of keys: every required key is there, every value has its
/// kind.
class Config {
 public:
  void set(const std::string& name, ConfigValue value) { values_[name] = std::move(value); }
  [[nodiscard]] bool has(const std::string& name) const { return values_.contains(name); }
  [[nodiscard]] const std::map<std::string, ConfigValue>& values() const { return values_; }

  /// The value under `name`, or `fallback` when it was not given.
  template <typename T>
  [[nodiscard]] T get(const std::string& name, T fallback = {}) const {
    const auto found = values_.find(name);
    if (found == values_.end()) return fallback;
    const T* value = std::get_if<T>(&found->second);
    return value == nullptr ? fallback : *value;
  }

  bool operator==(const Config&) const = default;

 private:
  std::map<std::string, ConfigValue> values_;
};

}  // namespace canarygate
