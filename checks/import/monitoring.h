/// What the importers of alerts and dashboards share: they know what is measured and how high it
/// may go, but neither who the canary is nor how much traffic it must get.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "checks/import/documents.h"
#include "checks/import/importer.h"

namespace canarygate {

/// More than a gate can be asked for; the rest is left out, and told.
constexpr std::size_t kMostImportedMetrics = 100;
/// In bytes, of a query that is carried over.
constexpr std::size_t kLongestImportedQuery = 4000;

/// What is not carried over, at most some hundred of it, as a list for the check and as problems
/// for when nothing else is left.
class LeftOutList {
 public:
  void add(const YamlNode& node, const std::string& what);
  void add(const JsonPlace& place, const std::string& what);

  [[nodiscard]] std::vector<LeftOut> list() const;
  [[nodiscard]] Problems problems() const;
  void append(const LeftOutList& other);

 private:
  void add(LeftOut left_out, Problem problem);

  std::vector<LeftOut> list_;
  Problems problems_;
  std::size_t more_ = 0;
};

/// Collects the checks of one import. A draft without metrics is none: what it left out is then of
/// no check.
class ImportedChecks {
 public:
  void add(DraftCheck draft, const LeftOutList& left_out);
  [[nodiscard]] LeftOutList& left_out() { return left_out_; }
  /// Problems where there is no check at all: why.
  [[nodiscard]] Result<Imported, Problems> take() const;

 private:
  std::vector<ImportedCheck> checks_;
  LeftOutList left_out_;
};

/// A host in each group that nobody has, and in `fill_in` what is to be written instead.
void ask_who_is_who(DraftCheck& draft);

/// The limit on one side. `at_bound`: the bound itself is beyond it, as of `>=`; the limit is then
/// the last number before it.
void set_limit(MetricSpec& spec, bool above, double bound, bool at_bound);

/// A text from outside as one line of at most 200 characters.
[[nodiscard]] std::string line_from(std::string_view text);

/// The name that a file's path gives a check: without its folder and its extensions.
[[nodiscard]] std::string stem_of(const std::string& path);

/// Whether `text` is a URL that a check can hold: http or https, no blanks, no `{{…}}`, no
/// credentials.
[[nodiscard]] bool is_plain_url(std::string_view text);

}  // namespace canarygate
