#include "checks/import/promql_places.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "checks/promql/tokens.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using promql::Outline;

// In the order in which they are looked for.
constexpr std::array<std::string_view, 8> kHostLabels = {
    "instance", "pod", "host", "hostname", "node", "nodename", "pod_name", "kubernetes_pod_name"};

}  // namespace

bool has(const Names& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

Names without(Names names, std::initializer_list<std::string_view> removed) {
  std::erase_if(names, [&](const std::string& name) {
    return std::ranges::find(removed, name) != removed.end();
  });
  return names;
}

std::vector<MatcherPlace> matchers_in(std::string_view query, const promql::Place& braces) {
  std::vector<MatcherPlace> matchers;
  if (braces.empty()) return matchers;
  const std::string_view body = query.substr(braces.begin + 1, braces.end - braces.begin - 2);
  const auto tokens = promql::tokenize(body);
  if (!tokens) return matchers;
  for (std::size_t i = 0; i + 2 < tokens->size(); ++i) {
    const promql::Token& word = (*tokens)[i];
    const promql::Token& sign = (*tokens)[i + 1];
    const promql::Token& value = (*tokens)[i + 2];
    const bool is_matcher = word.kind == promql::TokenKind::word &&
                            sign.kind == promql::TokenKind::sign &&
                            value.kind == promql::TokenKind::string;
    if (!is_matcher) continue;
    const std::size_t begin = braces.begin + 1;
    matchers.push_back(
        {std::string(word.text), std::string(sign.text), {begin + word.begin, begin + value.end}});
  }
  return matchers;
}

std::string shown_query(std::string_view query) {
  std::string line;
  for (const char c : query) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
  }
  return printable(shorten(trim(line), 160));
}

void TextEdits::add(const TextEdits& others) {
  edits_.insert(edits_.end(), others.edits_.begin(), others.edits_.end());
}

std::string TextEdits::applied(std::string_view text, const promql::Place& place) const {
  std::vector<Edit> edits;
  std::ranges::copy_if(edits_, std::back_inserter(edits), [&](const Edit& one) {
    return one.place.begin >= place.begin && one.place.end <= place.end;
  });
  std::ranges::stable_sort(
      edits, {}, [](const Edit& one) { return std::pair(one.place.begin, one.place.end); });
  std::string written;
  std::size_t at = place.begin;
  for (const Edit& one : edits) {
    written += text.substr(at, one.place.begin - at);
    written += one.text;
    at = one.place.end;
  }
  return written.append(text.substr(at, place.end - at));
}

std::string host_label_of(std::string_view query, const Outline& root) {
  Names asked;
  Names grouped;
  Names matched;
  visit_all(root, [&](const Outline& node) {
    for (const MatcherPlace& matcher : matchers_in(query, node.matchers)) {
      const bool hosts = matcher.place.of(query).find("{{hosts}}") != std::string_view::npos;
      if (matcher.sign.starts_with('=')) (hosts ? asked : matched).push_back(matcher.label);
    }
    const bool by = node.labels && (node.labels->word == "by" || node.labels->word == "on");
    if (by) grouped.insert(grouped.end(), node.labels->names.begin(), node.labels->names.end());
  });
  if (!asked.empty()) return asked.front();
  for (const std::string_view label : kHostLabels) {
    // One chooses by `host` and `node` what is no host of the service, too: a site, a database.
    const bool is_pod = label.find("pod") != std::string_view::npos;
    if (has(grouped, label) || (is_pod && has(matched, label))) return std::string(label);
  }
  return std::string(kHostLabels.front());
}

}  // namespace canarygate
