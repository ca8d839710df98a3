#include "checks/definition/templates.h"

#include <fmt/format.h>

#include "checks/definition/reader.h"
#include "checks/definition/variables.h"
#include "checks/text.h"

namespace canarygate {

namespace {

void collect(const YamlNode* node, std::vector<const YamlNode*>& texts) {
  if (node == nullptr) return;
  if (node->is_scalar()) texts.push_back(node);
  for (const YamlNode& child : node->children) collect(&child, texts);
}

bool is_host_list(const std::string& name) {
  return name == "hosts" || name == "canary_hosts" || name == "baseline_hosts";
}

}  // namespace

std::vector<const YamlNode*> query_texts(const YamlNode& check) {
  std::vector<const YamlNode*> texts;
  const Reader reader(&check);
  collect(reader.map("traffic").node("query"), texts);
  const YamlNode* metrics = reader.node("metrics");
  if (metrics == nullptr) return texts;
  for (const YamlNode& metric : metrics->children) {
    for (const auto* key : {"query", "errors", "total"}) collect(Reader(&metric).node(key), texts);
  }
  return texts;
}

std::vector<const YamlNode*> template_texts(const YamlNode& check) {
  std::vector<const YamlNode*> texts = query_texts(check);
  const Reader reader(&check);
  for (const auto* key : {"canary", "baseline"}) collect(reader.node(key), texts);
  collect(reader.map("expect").node("label"), texts);
  if (const YamlNode* metrics = reader.node("metrics")) {
    for (const YamlNode& metric : metrics->children) collect(Reader(&metric).node("links"), texts);
  }
  return texts;
}

void check_templates(const YamlNode& check, Problems& problems) {
  for (const YamlNode* text : template_texts(check)) {
    const auto names = variables_in(text->text);
    if (!names) problems.push_back(text->problem(names.error().text));
  }
  if (Reader(&check).map("canary").node("tags") == nullptr) return;
  for (const YamlNode* text : query_texts(check)) {
    for (const std::string& name : variables_in(text->text).value_or(std::vector<std::string>())) {
      if (!is_host_list(name)) continue;
      problems.push_back(text->problem(fmt::format(
          "{{{{{}}}}} has no hosts to list: the canary is given by tags; ask for all series",
          name)));
    }
  }
}

void check_known_variables(const YamlNode& check, const std::set<std::string>& defined,
                           Problems& problems) {
  std::vector<std::string> known = builtin_variables();
  known.insert(known.end(), defined.begin(), defined.end());
  const std::set<std::string> all(known.begin(), known.end());
  for (const YamlNode* text : template_texts(check)) {
    for (const std::string& name : variables_in(text->text).value_or(std::vector<std::string>())) {
      if (all.contains(name)) continue;
      const std::string meant = nearest(name, known);
      const std::string next = meant.empty() ? "define it in 'vars' here or in an environment"
                                             : fmt::format("did you mean {{{{{}}}}}?", meant);
      problems.push_back(
          text->problem(fmt::format("unknown variable {{{{{}}}}}; {}", shorten(name, 60), next)));
    }
  }
}

}  // namespace canarygate
