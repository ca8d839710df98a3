#include "checks/definition/yaml.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "checks/text.h"

namespace canarygate {

namespace {

/// Ends the parse from within a callback; never leaves parse_yaml.
struct TooMuch {
  Problem problem;
};

/// The same, with a tree that is whole.
struct SecondDocument {};

/// yaml-cpp counts lines and columns from 0, and columns in bytes.
class Places {
 public:
  Places(std::string_view text, std::string file) : text_(text), file_(std::move(file)) {
    for (std::size_t at = 0; at < text.size(); ++at) {
      if (text[at] == '\n') line_starts_.push_back(at + 1);
    }
  }

  [[nodiscard]] Problem problem(const YAML::Mark& mark, std::string words) const {
    Problem problem{file_, 0, 0, std::move(words)};
    if (mark.is_null()) return problem;
    const auto line = static_cast<std::size_t>(mark.line);
    problem.line = line + 1;
    problem.column = 1;
    if (line >= line_starts_.size()) return problem;
    const auto bytes = static_cast<std::size_t>(mark.column);
    problem.column += characters_in(text_.substr(line_starts_[line], bytes));
    return problem;
  }

  [[nodiscard]] bool is_indented_by_tab(int line) const {
    const auto number = static_cast<std::size_t>(line);
    if (number >= line_starts_.size()) return false;
    const std::size_t first = text_.find_first_not_of(' ', line_starts_[number]);
    return first != std::string_view::npos && text_[first] == '\t';
  }

  [[nodiscard]] YamlNode node(const YAML::Mark& mark, YamlNode::Kind kind) const {
    Problem place = problem(mark, "");
    YamlNode node;
    node.kind = kind;
    node.file = std::move(place.file);
    node.line = place.line;
    node.column = place.column;
    return node;
  }

 private:
  std::string_view text_;
  std::string file_;
  std::vector<std::size_t> line_starts_{0};
};

/// Receives yaml-cpp's events and builds our tree from them.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const Places& places) : places_(places) {}

  YamlNode root;
  Problems problems;

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    refuse(mark, "a second document begins here; write one document a file");
    throw SecondDocument();
  }
  void OnDocumentEnd() override {}

  void OnAnchor(const YAML::Mark& mark, const std::string& name) override {
    refuse(mark, fmt::format("anchor '&{}' is refused; write the value out where it is used",
                             shorten(name, 40)));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    refuse(mark, "an alias ('*name') is refused; write the value out");
    add(places_.node(mark, YamlNode::Kind::refused));
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    add(places_.node(mark, YamlNode::Kind::null));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    refuse_tag(mark, tag);
    YamlNode node = places_.node(mark, YamlNode::Kind::scalar);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open(mark, tag, YamlNode::Kind::list);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, YamlNode::Kind::map);
  }
  void OnMapEnd() override { close(); }

 private:
  /// A list or map that is still being read. In a map keys and values come in turns.
  struct Open {
    YamlNode node;
    YamlNode key;
    bool has_key = false;
  };

  void refuse(const YAML::Mark& mark, std::string words) {
    problems.push_back(places_.problem(mark, std::move(words)));
  }

  /// "?" is no tag at all, "!" is a quoted scalar.
  void refuse_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    constexpr std::string_view kStandard = "tag:yaml.org,2002:";
    const std::string written =
        tag.starts_with(kStandard) ? "!!" + tag.substr(kStandard.size()) : tag;
    refuse(mark, fmt::format("tag '{}' is refused; take it out", shorten(written, 60)));
  }

  void open(const YAML::Mark& mark, const std::string& tag, YamlNode::Kind kind) {
    refuse_tag(mark, tag);
    if (open_.size() == kMostYamlDepth) {
      throw TooMuch{places_.problem(mark, fmt::format("nested more than {} deep", kMostYamlDepth))};
    }
    open_.push_back({places_.node(mark, kind), {}, false});
  }

  void close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(YamlNode node) {
    if (++nodes_ > kMostYamlNodes) {
      throw TooMuch{{node.file, node.line, node.column,
                     fmt::format("more than {} values in one file", kMostYamlNodes)}};
    }
    if (open_.empty()) {
      root = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is_list()) {
      parent.node.children.push_back(std::move(node));
    } else if (!parent.has_key) {
      parent.key = std::move(node);
      parent.has_key = true;
    } else {
      parent.has_key = false;
      add_entry(parent.node, std::move(parent.key), std::move(node));
    }
  }

  void add_entry(YamlNode& map, YamlNode key, YamlNode value) {
    if (key.kind == YamlNode::Kind::refused) return;
    if (!key.is_scalar()) {
      problems.push_back(key.problem("a key must be text"));
    } else if (key.text == "<<" && !key.quoted) {
      problems.push_back(key.problem("merge key '<<' is refused; write the keys out"));
    } else if (const YamlNode* first = map.find_key(key.text)) {
      problems.push_back(key.problem(fmt::format("duplicate key '{}'; the first is in line {}",
                                                 shorten(key.text, 60), first->line)));
    } else {
      // yaml-cpp puts what is not there where the next thing is.
      if (value.kind == YamlNode::Kind::null) {
        value.line = key.line;
        value.column = key.column;
      }
      map.keys.push_back(std::move(key));
      map.children.push_back(std::move(value));
    }
  }

  const Places& places_;
  std::vector<Open> open_;
  std::size_t nodes_ = 0;
  int documents_ = 0;
};

std::string_view without_byte_order_mark(std::string_view text) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  return text.starts_with(kMark) ? text.substr(kMark.size()) : text;
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (keys[i].text == key) return &children[i];
  }
  return nullptr;
}

YamlNode* YamlNode::find(std::string_view key) {
  return const_cast<YamlNode*>(std::as_const(*this).find(key));  // NOLINT: the same lookup
}

const YamlNode* YamlNode::find_key(std::string_view key) const {
  for (const YamlNode& candidate : keys) {
    if (candidate.text == key) return &candidate;
  }
  return nullptr;
}

bool YamlNode::has_refused() const {
  return kind == Kind::refused || std::ranges::any_of(children, &YamlNode::has_refused);
}

Result<YamlFile, Problem> parse_yaml(std::string_view text, const std::string& file) {
  if (text.size() > kMostYamlBytes) {
    return unexpected(Problem{file, 0, 0, "the file is larger than 1 MiB"});
  }
  text = without_byte_order_mark(text);
  // yaml-cpp would take it for UTF-16, or for the end of the file.
  if (const auto at = text.find('\0'); at != std::string_view::npos) {
    return unexpected(Problem{file, 0, 0, "the file is not UTF-8 text: it has zero bytes"});
  }
  const Places places(text, file);
  TreeBuilder builder(places);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    const bool any = parser.HandleNextDocument(builder);
    if (any) parser.HandleNextDocument(builder);
  } catch (const SecondDocument&) {
    return YamlFile{std::move(builder.root), std::move(builder.problems)};
  } catch (const TooMuch& too_much) {
    return unexpected(too_much.problem);
  } catch (const YAML::Exception& error) {
    const bool tab = !error.mark.is_null() && places.is_indented_by_tab(error.mark.line);
    return unexpected(places.problem(
        error.mark, tab ? "not valid YAML: a tab cannot indent; use spaces"
                        : fmt::format("not valid YAML: {}", shorten(error.msg, 200))));
  } catch (const std::exception& error) {
    return unexpected(Problem{file, 0, 0, fmt::format("not valid YAML: {}", error.what())});
  }
  if (builder.root.line == 0) builder.root = places.node(YAML::Mark(), YamlNode::Kind::null);
  return YamlFile{std::move(builder.root), std::move(builder.problems)};
}

Result<YamlFile, Problem> read_yaml(const std::string& path, const std::string& shown) {
  std::error_code ignored;
  // Opening a pipe would wait for ever.
  if (!std::filesystem::is_regular_file(path, ignored)) {
    return unexpected(Problem{shown, 0, 0, "there is no such file"});
  }
  std::ifstream stream(path, std::ios::binary);
  std::string text(kMostYamlBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad() || (!stream.eof() && stream.gcount() == 0)) {
    return unexpected(Problem{shown, 0, 0, "cannot be read; check its permissions"});
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return parse_yaml(text, shown);
}

}  // namespace canarygate
