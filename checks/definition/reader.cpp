#include "checks/definition/reader.h"

#include <algorithm>
#include <charconv>

#include "checks/duration.h"
#include "checks/text.h"

namespace canarygate {

namespace {

template <typename T>
void number(const YamlNode* node, T& out) {
  if (node == nullptr || !node->is_scalar()) return;
  std::from_chars(node->text.data(), node->text.data() + node->text.size(), out);
}

}  // namespace

Reader::Reader(const YamlNode* map) : map_(map != nullptr && map->is_map() ? map : nullptr) {}

bool Reader::has(std::string_view key) const {
  return map_ != nullptr && map_->find(key) != nullptr;
}

bool Reader::sound(std::initializer_list<std::string_view> keys) const {
  return std::ranges::all_of(
      keys, [this](std::string_view key) { return !has(key) || node(key) != nullptr; });
}

const YamlNode* Reader::node(std::string_view key) const {
  const YamlNode* value = map_ == nullptr ? nullptr : map_->find(key);
  return value == nullptr || value->kind == YamlNode::Kind::refused ? nullptr : value;
}

void Reader::read(std::string_view key, std::string& out) const {
  const YamlNode* value = node(key);
  if (value != nullptr && value->is_scalar()) out = value->text;
}

void Reader::read(std::string_view key, bool& out) const {
  const YamlNode* value = node(key);
  if (value != nullptr && value->is_scalar()) out = to_lower(value->text) == "true";
}

void Reader::read(std::string_view key, std::int64_t& out) const { number(node(key), out); }

void Reader::read(std::string_view key, double& out) const {
  const YamlNode* value = node(key);
  if (value == nullptr) return;
  if (const auto fraction = parse_percentage(value->text)) {
    out = *fraction;
  } else {
    number(value, out);
  }
}

void Reader::read(std::string_view key, Duration& out) const {
  const YamlNode* value = node(key);
  if (value == nullptr) return;
  if (const auto length = parse_duration(value->text)) out = *length;
}

void Reader::read(std::string_view key, std::vector<std::string>& out) const {
  const YamlNode* value = node(key);
  if (value == nullptr || !value->is_list()) return;
  out.clear();
  for (const YamlNode& child : value->children) {
    if (child.is_scalar()) out.push_back(child.text);
  }
}

void Reader::read(std::string_view key, std::map<std::string, std::string>& out) const {
  const YamlNode* value = node(key);
  if (value == nullptr || !value->is_map()) return;
  out.clear();
  for (std::size_t i = 0; i < value->keys.size(); ++i) {
    if (value->children[i].is_scalar()) out[value->keys[i].text] = value->children[i].text;
  }
}

}  // namespace canarygate
