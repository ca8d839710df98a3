#include "checks/import/documents.h"

#include <fmt/format.h>

#include <set>

#include "checks/import/yaml_text.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// Whether a line parts two documents.
bool is_separator(std::string_view line) {
  constexpr std::string_view kAfter = " \t\r\n";
  return line.starts_with("---") &&
         (line.size() == 3 || kAfter.find(line[3]) != std::string_view::npos);
}

/// Each document's text after as many empty lines as stand before it in the file.
std::vector<std::string> cut_documents(std::string_view text) {
  std::vector<std::string> documents(1);
  std::size_t lines = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end);
    if (is_separator(line)) documents.emplace_back(lines, '\n');
    documents.back() += line;
    ++lines;
  }
  return documents;
}

/// Line and column of the byte `at`, from 1.
Problem at_byte(const ImportFile& file, std::size_t at, std::string words) {
  const std::string_view before = std::string_view(file.text).substr(0, at);
  const std::size_t line_start = before.rfind('\n') + 1;  // npos + 1 is 0
  const auto lines = static_cast<std::size_t>(std::ranges::count(before, '\n'));
  return {file.path, lines + 1, characters_in(before.substr(line_start)) + 1, std::move(words)};
}

/// Watches a document being parsed for what nlohmann::json would take.
class JsonGuard {
 public:
  bool operator()(int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    using Event = nlohmann::json::parse_event_t;
    if (static_cast<std::size_t>(depth) > kMostJsonDepth) too_deep = true;
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(value.get<std::string>()).second) {
      if (duplicate.empty()) duplicate = value.get<std::string>();
    }
    return true;
  }

  bool too_deep = false;
  std::string duplicate;

 private:
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

Result<std::vector<YamlNode>, Problems> yaml_documents(const ImportFile& file) {
  std::vector<YamlNode> documents;
  Problems problems;
  for (const std::string& text : cut_documents(file.text)) {
    auto parsed = parse_yaml(text, file.path);
    if (!parsed) {
      problems.push_back(parsed.error());
      continue;
    }
    problems.insert(problems.end(), parsed->problems.begin(), parsed->problems.end());
    if (parsed->root.kind != YamlNode::Kind::null) documents.push_back(std::move(parsed->root));
  }
  if (!problems.empty()) return unexpected(std::move(problems));
  return documents;
}

std::string place_of(const YamlNode& node) {
  return fmt::format("{}:{}:{}", node.file, node.line, node.column);
}

JsonPlace JsonPlace::operator[](std::string_view key) const {
  std::string path = path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
  const nlohmann::json* inner = nullptr;
  if (is_object()) {
    const auto found = value_->find(std::string(key));
    if (found != value_->end()) inner = &*found;
  }
  return {inner, file_, std::move(path)};
}

std::vector<JsonPlace> JsonPlace::elements() const {
  std::vector<JsonPlace> all;
  if (is_list()) {
    for (std::size_t i = 0; i < value_->size(); ++i) {
      all.push_back({&(*value_)[i], file_, fmt::format("{}[{}]", path_, i)});
    }
  } else if (is_object()) {
    for (const std::string& key : keys()) all.push_back((*this)[key]);
  }
  return all;
}

std::vector<std::string> JsonPlace::keys() const {
  std::vector<std::string> names;
  if (is_object()) {
    for (const auto& [key, value] : value_->items()) names.push_back(key);
  }
  return names;
}

std::optional<std::string> JsonPlace::text() const {
  if (!is_text()) return std::nullopt;
  return value_->get<std::string>();
}

std::optional<double> JsonPlace::number() const {
  if (value_ == nullptr || !value_->is_number()) return std::nullopt;
  return value_->get<double>();
}

std::optional<bool> JsonPlace::boolean() const {
  if (value_ == nullptr || !value_->is_boolean()) return std::nullopt;
  return value_->get<bool>();
}

std::string JsonPlace::shown() const {
  if (value_ == nullptr) return "";
  if (is_text()) return value_->get<std::string>();
  return shorten(value_->dump(-1, ' ', false, nlohmann::json::error_handler_t::replace), 60);
}

std::string JsonPlace::where() const {
  return path_.empty() ? file_ : fmt::format("{}: {}", file_, path_);
}

Problem JsonPlace::problem(const std::string& words) const {
  return {file_, 0, 0, path_.empty() ? words : fmt::format("{}: {}", path_, words)};
}

Result<nlohmann::json, Problem> parse_json(const ImportFile& file) {
  JsonGuard guard;
  try {
    auto document = nlohmann::json::parse(file.text, std::ref(guard));
    if (guard.too_deep) {
      return unexpected(
          Problem{file.path, 0, 0, fmt::format("nested more than {} deep", kMostJsonDepth)});
    }
    if (!guard.duplicate.empty()) {
      return unexpected(
          Problem{file.path, 0, 0,
                  fmt::format("one object has the key '{}' twice", shorten(guard.duplicate, 60))});
    }
    return document;
  } catch (const nlohmann::json::parse_error& error) {
    const std::size_t at = error.byte == 0 ? 0 : std::min(error.byte - 1, file.text.size());
    return unexpected(at_byte(file, at, "not valid JSON: this is not what can stand here"));
  } catch (const nlohmann::json::exception&) {  // a number beyond a double
    return unexpected(Problem{file.path, 0, 0, "not valid JSON: a number in it is too large"});
  }
}

}  // namespace canarygate
