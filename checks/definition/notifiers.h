/// Who can be told of a run: names, help and keys, for the files' parser, schema and messages.
///
/// What is sent is pipelines/notify's business, where each of these has its class; the engine knows
/// only what may be written in a file. A test holds the two tables to each other.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "checks/config.h"
#include "checks/definition/problem.h"
#include "checks/definition/yaml.h"

namespace canarygate {

struct NotifierKeys {
  std::string name;       ///< as in `type: NAME`
  std::string help;       ///< one line
  std::vector<Key> keys;  ///< beside `type`
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const NotifierKeys> notifier_keys();

/// Null when there is none of that name.
[[nodiscard]] const NotifierKeys* find_notifier_keys(const std::string& name);

/// A name that `{{…}}` in a `body` may hold.
struct NoticeField {
  std::string name;
  std::string help;      ///< one line
  bool literal = false;  ///< a number or true/false: JSON without quotes
};

/// All of them, sorted by name.
[[nodiscard]] std::span<const NoticeField> notice_fields();

/// Where a text goes that is no HTTP.
struct SocketAddress {
  std::string host;  ///< a name or an address, IPv6 without brackets
  std::uint16_t port = 0;
  bool operator==(const SocketAddress&) const = default;
};

/// `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`; nothing for any other text.
[[nodiscard]] std::optional<SocketAddress> parse_socket_address(const std::string& text,
                                                                std::uint16_t usual_port);

/// What the shapes of its keys cannot say of an element of `notify`.
void check_notifier(const YamlNode& node, const NotifierKeys& type, Problems& problems);

/// How the texts that stand for `{{…}}` in a body are to be written, by its Content-Type.
enum class BodyKind { json, form, text };
[[nodiscard]] BodyKind body_kind_of(const std::string& content_type);

/// The Content-Type that `headers` names as plain text, in lower case; JSON's where there is none.
[[nodiscard]] std::string content_type_of(const std::map<std::string, TextOrSecret>& headers);

}  // namespace canarygate
