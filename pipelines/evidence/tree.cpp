#include "pipelines/evidence/tree.h"

#include <utility>

namespace canarygate::evidence {

namespace {

using Json = nlohmann::json;

YamlNode scalar(std::string text, const std::string& file, bool quoted) {
  YamlNode node;
  node.kind = YamlNode::Kind::scalar;
  node.text = std::move(text);
  node.quoted = quoted;
  node.file = file;
  return node;
}

YamlNode convert(const Json& json, const std::string& file, std::size_t depth) {
  YamlNode node;
  node.file = file;
  if (json.is_null()) return node;
  if (json.is_string()) return scalar(json.get<std::string>(), file, false);
  node.kind = YamlNode::Kind::refused;
  if (depth > kMostYamlDepth || !json.is_structured()) return node;
  if (json.is_object() && json.size() == 1 && json.begin().key().empty()) {
    return json.front().is_string() ? scalar(json.front().get<std::string>(), file, true) : node;
  }
  node.kind = json.is_array() ? YamlNode::Kind::list : YamlNode::Kind::map;
  for (const auto& [key, value] : json.items()) {
    if (json.is_object()) node.keys.push_back(scalar(key, file, false));
    node.children.push_back(convert(value, file, depth + 1));
  }
  return node;
}

}  // namespace

Json to_json(const YamlNode& node) {
  switch (node.kind) {
    case YamlNode::Kind::scalar:
      if (node.quoted) return Json::object({{"", node.text}});
      return node.text;
    case YamlNode::Kind::list: {
      Json array = Json::array();
      for (const YamlNode& child : node.children) array.push_back(to_json(child));
      return array;
    }
    case YamlNode::Kind::map: {
      Json object = Json::object();
      for (std::size_t i = 0; i < node.keys.size(); ++i) {
        object[node.keys[i].text] = to_json(node.children[i]);
      }
      return object;
    }
    case YamlNode::Kind::null:
    case YamlNode::Kind::refused:
      break;
  }
  return nullptr;
}

YamlNode to_tree(const Json& json, const std::string& file) { return convert(json, file, 0); }

}  // namespace canarygate::evidence
