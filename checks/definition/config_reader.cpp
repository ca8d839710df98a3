#include "checks/definition/config_reader.h"

#include <filesystem>

#include "checks/definition/reader.h"

namespace canarygate {

SecretRef read_secret(const YamlNode& node) {
  using From = SecretRef::From;
  for (const auto& [word, from] :
       {std::pair{"env", From::env}, {"file", From::file}, {"command", From::command}}) {
    if (const YamlNode* name = Reader(&node).node(word)) return {from, name->text};
  }
  return {};
}

namespace {

Auth read_auth(const YamlNode& node) {
  Auth auth;
  if (const YamlNode* bearer = Reader(&node).node("bearer")) {
    auth.kind = Auth::Kind::bearer;
    auth.secret = read_secret(*bearer);
  }
  const Reader basic = Reader(&node).map("basic");
  if (const YamlNode* password = basic.node("password")) {
    auth.kind = Auth::Kind::basic;
    basic.read("username", auth.username);
    auth.secret = read_secret(*password);
  }
  return auth;
}

std::map<std::string, TextOrSecret> read_headers(const YamlNode& node) {
  std::map<std::string, TextOrSecret> headers;
  for (std::size_t i = 0; i < node.keys.size(); ++i) {
    const YamlNode& value = node.children[i];
    headers[node.keys[i].text] =
        value.is_map() ? TextOrSecret(read_secret(value)) : TextOrSecret(value.text);
  }
  return headers;
}

template <typename T>
ConfigValue plain(const Reader& reader, const std::string& key) {
  T value{};
  reader.read(key, value);
  return value;
}

ConfigValue read_value(const Reader& reader, const Key& key, const YamlNode& node) {
  switch (key.kind) {
    case KeyKind::text:
    case KeyKind::long_text:
    case KeyKind::url:
    case KeyKind::choice:
      return node.text;
    case KeyKind::path:
      return absolute_path(node.text, node.file);
    case KeyKind::text_list:
    case KeyKind::url_list:
      return plain<std::vector<std::string>>(reader, key.name);
    case KeyKind::text_map:
      return plain<std::map<std::string, std::string>>(reader, key.name);
    case KeyKind::boolean:
      return plain<bool>(reader, key.name);
    case KeyKind::integer:
      return plain<std::int64_t>(reader, key.name);
    case KeyKind::duration:
      return plain<Duration>(reader, key.name);
    case KeyKind::secret:
      return read_secret(node);
    case KeyKind::auth:
      return read_auth(node);
    case KeyKind::headers:
      return read_headers(node);
  }
  return node.text;
}

}  // namespace

Config read_config(const YamlNode& node, const std::vector<Key>& keys) {
  Config config;
  const Reader reader(&node);
  for (const Key& key : keys) {
    if (const YamlNode* value = reader.node(key.name)) {
      config.set(key.name, read_value(reader, key, *value));
    }
  }
  return config;
}

std::string absolute_path(const std::string& path, const std::string& file) {
  std::error_code ignored;
  const auto folder = std::filesystem::path(file).parent_path();
  return std::filesystem::absolute(folder / path, ignored).lexically_normal().string();
}

}  // namespace canarygate
