/// Reading a JSON reply whose shape is not to be trusted.
#pragma once

#include <simdjson.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace canarygate {

/// Takes fields out of a reply. What is absent or null reads as empty; the first field that is
/// there but is something else is remembered, so that a caller reads all and looks once.
class ReplyReader {
 public:
  using Element = simdjson::dom::element;

  /// Which part of the reply is read next, for the complaint: `instance 3`.
  void enter(std::string part) { part_ = std::move(part); }

  [[nodiscard]] std::optional<Element> field(Element parent, const char* name) const;
  [[nodiscard]] std::string text(Element parent, const char* name);
  [[nodiscard]] std::uint16_t port(Element parent, const char* name);
  [[nodiscard]] std::vector<Element> list(Element parent, const char* name);
  [[nodiscard]] std::vector<std::string> texts(Element parent, const char* name);
  [[nodiscard]] std::map<std::string, std::string> text_map(Element parent, const char* name);

  /// `'Port' of instance 3 is not a port number`, or "" when all was well.
  [[nodiscard]] const std::string& complaint() const { return complaint_; }

 private:
  void complain(const char* name, const char* expected);

  std::string part_;
  std::string complaint_;
};

}  // namespace canarygate
