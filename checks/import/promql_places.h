/// Parts of a PromQL query that an importer writes anew, and the label by which it tells hosts.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "checks/promql/outline.h"

namespace canarygate {

using Names = std::vector<std::string>;

[[nodiscard]] bool has(const Names& names, std::string_view name);
[[nodiscard]] Names without(Names names, std::initializer_list<std::string_view> removed);

/// Calls `visit` with each node, from the outside in.
template <typename Visit>
void visit_all(const promql::Outline& node, const Visit& visit) {
  visit(node);
  for (const promql::Outline& child : node.children) visit_all(child, visit);
}

/// `label="value"` within `{…}`.
struct MatcherPlace {
  std::string label;
  std::string sign;  ///< `=`, `!=`, `=~` or `!~`
  promql::Place place;
};

/// None where the braces hold something else, as `{"name"}` of newer Prometheus.
[[nodiscard]] std::vector<MatcherPlace> matchers_in(std::string_view query,
                                                    const promql::Place& braces);

/// Texts for parts of another text.
class TextEdits {
 public:
  /// An empty place is one where `text` is put in. Edits do not overlap.
  void add(promql::Place place, std::string text) { edits_.push_back({place, std::move(text)}); }
  void add(const TextEdits& others);
  /// `text` at `place`, with all edits that lie in it; of two that begin together an empty one goes
  /// first.
  [[nodiscard]] std::string applied(std::string_view text, const promql::Place& place) const;

 private:
  struct Edit {
    promql::Place place;
    std::string text;
  };
  std::vector<Edit> edits_;
};

/// How a message shows a part of a query.
[[nodiscard]] std::string shown_query(std::string_view query);

/// The label by which a query tells hosts: the one that `{{hosts}}` is compared with already, else
/// one of the usual names that it groups by, or the pod that it chooses by, else `instance`.
[[nodiscard]] std::string host_label_of(std::string_view query, const promql::Outline& root);

}  // namespace canarygate
