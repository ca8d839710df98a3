#include "checks/import/monitoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kMostLeftOut = 200;
constexpr std::size_t kLongestLine = 200;

}  // namespace

void LeftOutList::add(LeftOut left_out, Problem problem) {
  if (list_.size() == kMostLeftOut) {
    ++more_;
    return;
  }
  list_.push_back(std::move(left_out));
  problems_.push_back(std::move(problem));
}

void LeftOutList::add(const YamlNode& node, const std::string& what) {
  add({place_of(node), what}, node.problem(what));
}

void LeftOutList::add(const JsonPlace& place, const std::string& what) {
  add({shorten(place.where(), kLongestLine), what}, place.problem(what));
}

std::vector<LeftOut> LeftOutList::list() const {
  std::vector<LeftOut> all = list_;
  if (more_ > 0) all.push_back({all.back().where, fmt::format("and {} more like these", more_)});
  return all;
}

Problems LeftOutList::problems() const { return problems_; }

void LeftOutList::append(const LeftOutList& other) {
  for (std::size_t i = 0; i < other.list_.size(); ++i) add(other.list_[i], other.problems_[i]);
  more_ += other.more_;
}

void ImportedChecks::add(DraftCheck draft, const LeftOutList& left_out) {
  if (draft.metrics.empty()) {
    left_out_.append(left_out);
  } else {
    checks_.push_back({std::move(draft), left_out.list()});
  }
}

Result<Imported, Problems> ImportedChecks::take() const {
  Problems why = left_out_.problems();
  if (checks_.empty() && !why.empty()) return unexpected(std::move(why));
  return Imported{checks_, left_out_.list()};
}

void ask_who_is_who(DraftCheck& draft) {
  draft.check.canary = listed({"fill-in-canary"});
  draft.check.baseline = listed({"fill-in-baseline"});
  draft.fill_in.emplace_back(
      "canary and baseline: the hosts, or how they are found (docs/definition.md, Who is who)");
  draft.fill_in.emplace_back(
      "traffic: a count of what the canary was given, so that one without any work cannot pass");
}

void set_limit(MetricSpec& spec, bool above, double bound, bool at_bound) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  constexpr double kNearZero = 1e-300;  // what comes next to 0 no file could hold
  if (at_bound && bound == 0)
    bound = above ? -kNearZero : kNearZero;
  else if (at_bound)
    bound = std::nextafter(bound, above ? -kInfinity : kInfinity);
  Limit limit;
  (above ? limit.max : limit.min) = bound;
  spec.limit = limit;
}

std::string line_from(std::string_view text) {
  std::string line;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (!blank) line += c;
    if (blank && !line.empty() && line.back() != ' ') line += ' ';
    if (line.size() > 4 * kLongestLine) break;
  }
  return printable(shorten(trim(line), kLongestLine));
}

std::string stem_of(const std::string& path) {
  if (path == "-") return "imported";
  std::string name = path.substr(path.find_last_of('/') + 1);
  for (const std::string_view extension : {".gz", ".json", ".yaml", ".yml", ".rules", ".rule"}) {
    const bool has = name.size() > extension.size() && name.ends_with(extension);
    if (has) name.resize(name.size() - extension.size());
  }
  return name;
}

bool is_plain_url(std::string_view text) {
  const std::size_t scheme = text.starts_with("http://") ? 7 : text.starts_with("https://") ? 8 : 0;
  const bool is_web = scheme > 0 && text.size() > scheme &&
                      std::string_view("/?#").find(text[scheme]) == std::string_view::npos;
  const bool is_short = text.size() <= 1000;
  const bool is_clean = std::ranges::all_of(text, [](char c) {
    return c > ' ' && c < '\x7F' && c != '"' && c != '\'' && c != '\\' && c != '<' && c != '>';
  });
  return is_web && is_short && is_clean && text.find("{{") == std::string_view::npos &&
         text.find('@') == std::string_view::npos;
}

}  // namespace canarygate
