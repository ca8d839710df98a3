#include "checks/discovery/reply.h"

#include <fmt/format.h>

#include <limits>
#include <string_view>

namespace canarygate {

std::optional<ReplyReader::Element> ReplyReader::field(Element parent, const char* name) const {
  Element value;
  if (parent[name].get(value) != simdjson::SUCCESS || value.is_null()) return std::nullopt;
  return value;
}

std::string ReplyReader::text(Element parent, const char* name) {
  const auto value = field(parent, name);
  if (!value) return {};
  std::string_view text;
  if (value->get(text) != simdjson::SUCCESS) complain(name, "a string");
  return std::string(text);
}

std::uint16_t ReplyReader::port(Element parent, const char* name) {
  const auto value = field(parent, name);
  if (!value) return 0;
  std::uint64_t number = 0;
  if (value->get(number) != simdjson::SUCCESS ||
      number > std::numeric_limits<std::uint16_t>::max()) {
    complain(name, "a port number");
    return 0;
  }
  return static_cast<std::uint16_t>(number);
}

std::vector<ReplyReader::Element> ReplyReader::list(Element parent, const char* name) {
  const auto value = field(parent, name);
  simdjson::dom::array items;
  if (!value) return {};
  if (value->get(items) != simdjson::SUCCESS) {
    complain(name, "a list");
    return {};
  }
  return {items.begin(), items.end()};
}

std::vector<std::string> ReplyReader::texts(Element parent, const char* name) {
  std::vector<std::string> texts;
  for (const Element& item : list(parent, name)) {
    std::string_view text;
    if (item.get(text) != simdjson::SUCCESS) complain(name, "a list of strings");
    texts.emplace_back(text);
  }
  return texts;
}

std::map<std::string, std::string> ReplyReader::text_map(Element parent, const char* name) {
  const auto value = field(parent, name);
  std::map<std::string, std::string> texts;
  if (!value) return texts;
  simdjson::dom::object entries;
  if (value->get(entries) != simdjson::SUCCESS) {
    complain(name, "a map of strings");
    return texts;
  }
  for (const auto& entry : entries) {
    std::string_view text;
    if (entry.value.get(text) != simdjson::SUCCESS) complain(name, "a map of strings");
    texts.emplace(entry.key, text);
  }
  return texts;
}

void ReplyReader::complain(const char* name, const char* expected) {
  if (complaint_.empty()) complaint_ = fmt::format("'{}' of {} is not {}", name, part_, expected);
}

}  // namespace canarygate
