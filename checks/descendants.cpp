#include "checks/descendants.h"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <string>

namespace canarygate {

namespace {

struct Relation {
  pid_t parent = 0;
  pid_t group = 0;
};

std::optional<pid_t> number_of(const std::string& name) {
  pid_t number = 0;
  const char* end = name.data() + name.size();
  const auto [at, error] = std::from_chars(name.data(), end, number);
  if (error != std::errc{} || at != end) return std::nullopt;
  return number;
}

std::optional<Relation> relation_of(const std::filesystem::path& folder) {
  std::ifstream file(folder / "stat");
  std::string line;
  std::getline(file, line, '\0');
  // `12 (name) S 1 12 …`, and a name may be anything, `) S 1` too.
  const std::size_t close = line.rfind(')');
  if (close == std::string::npos) return std::nullopt;
  std::istringstream rest(line.substr(close + 1));
  std::string state;
  Relation relation;
  if (!(rest >> state >> relation.parent >> relation.group)) return std::nullopt;
  return relation;
}

std::multimap<pid_t, std::pair<pid_t, pid_t>> children_and_their_groups() {
  std::multimap<pid_t, std::pair<pid_t, pid_t>> children;
  std::error_code error;
  std::filesystem::directory_iterator at("/proc", error);
  for (; !error && at != std::filesystem::directory_iterator(); at.increment(error)) {
    const auto number = number_of(at->path().filename());
    if (!number) continue;
    // One that ended meanwhile has none.
    const auto relation = relation_of(at->path());
    if (relation) children.insert({relation->parent, {*number, relation->group}});
  }
  return children;
}

}  // namespace

std::vector<pid_t> family_of(pid_t process, pid_t group) {
  const auto children = children_and_their_groups();
  std::vector<pid_t> family = {process};
  for (std::size_t i = 0; i < family.size(); ++i) {
    const auto [begin, end] = children.equal_range(family[i]);
    for (auto child = begin; child != end; ++child) {
      // Whoever moved to a group of its own looks after it itself, as `timeout` does.
      if (child->second.second == group) family.push_back(child->second.first);
    }
  }
  return family;
}

}  // namespace canarygate
