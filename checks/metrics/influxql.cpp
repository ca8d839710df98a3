#include "checks/metrics/influxql.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "checks/metrics/influxql_words.h"
#include "checks/text.h"

namespace canarygate::influxql {

namespace {

using Kind = Word::Kind;

constexpr std::int64_t kNanoseconds = 1'000'000;  // in a millisecond

/// Reads the words of one query. Functions are false when it cannot be asked, and `fault` says why.
class Reader {
 public:
  Reader(const std::string& text, std::vector<Word> words)
      : query{text, {}}, words_(std::move(words)) {}

  Query query;
  QueryFault fault;

  bool read() {
    if (words_.empty() || !is_keyword(words_.front(), "select")) {
      return refuse(0, "a query begins with SELECT; nothing else is ever sent");
    }
    for (std::size_t i = 0; i < words_.size(); ++i) {
      if (!read_word(i)) return false;
    }
    if (!filtered_) {
      return refuse_end("it has no time range; write `$timeFilter` into its WHERE");
    }
    if (!bucketed_) {
      return refuse_end("it has no buckets; write `GROUP BY time($__interval), \"host\"`");
    }
    return true;
  }

 private:
  bool read_word(std::size_t& i) {
    const Word& word = words_[i];
    if (word.kind == Kind::sign && word.text == ";") {
      return refuse(i, "only one query can be asked; leave the `;` out");
    }
    if (word.kind == Kind::sign && word.text == "," && word.depth == 0 && !from_) {
      return refuse(i, "it selects more than one number; each is a metric of its own");
    }
    if (word.kind == Kind::variable) return read_variable(i);
    if (word.text == "\"time\"" && is_compared(i)) return refuse_time(i);
    return word.kind != Kind::name || read_name(i);
  }

  bool read_variable(std::size_t i) {
    const Word& word = words_[i];
    if (word.text == "$timeFilter") {
      filtered_ = true;
      query.places.push_back({Place::What::time_filter, word.begin, word.end()});
      return true;
    }
    if (is_interval(word)) {
      return refuse(i, fmt::format("`{}` can only stand in `GROUP BY time({})`; elsewhere write "
                                   "{{{{step}}}}",
                                   word.text, word.text));
    }
    return refuse(i, fmt::format("`{}` is not known; known are `$timeFilter` and `$__interval`, "
                                 "and canarygate's own are written {{{{name}}}}",
                                 printable(shorten(word.text, 60))));
  }

  bool read_name(std::size_t& i) {
    constexpr std::array kCutting = {"limit", "slimit", "offset", "soffset"};
    const Word& word = words_[i];
    if (is_keyword(word, "from") && word.depth == 0) from_ = true;
    if (is_keyword(word, "into")) return refuse(i, "`INTO` would write to the database");
    if (is_keyword(word, "now") && sign_at(i + 1, "(")) {
      return refuse(i, "the time range is `$timeFilter`, not now()");
    }
    if (is_keyword(word, "time")) return read_time(i);
    if (is_keyword(word, "fill") && sign_at(i + 1, "(")) return read_fill(i);
    const bool cuts = std::ranges::any_of(
        kCutting, [&](const char* keyword) { return is_keyword(word, keyword); });
    if (cuts && i + 1 < words_.size() && words_[i + 1].kind == Kind::number) {
      return refuse(
          i, fmt::format("`{}` would cut the answer short; leave it out", printable(word.text)));
    }
    return true;
  }

  /// `time(…)` of GROUP BY, or the time itself. Moves `i` to the closing parenthesis.
  bool read_time(std::size_t& i) {
    if (is_compared(i)) return refuse_time(i);
    if (!sign_at(i + 1, "(")) return true;
    const std::size_t argument = i + 2;
    if (argument >= words_.size() || !is_length(words_[argument])) {
      return refuse(i, "write `time($__interval)`: the buckets are the check's steps");
    }
    if (sign_at(argument + 1, ",")) {
      return refuse(argument + 1, "canarygate sets the offset of the buckets itself; leave it out");
    }
    const Word& length = words_[argument];
    const bool outermost = words_[i].depth == 0;
    // A subquery may have shorter buckets of its own.
    if (outermost || is_interval(length)) {
      query.places.push_back({Place::What::buckets, length.begin, length.end()});
    }
    if (outermost && length.kind == Kind::number) query.intervals.emplace_back(length.text);
    if (outermost && !has_tag(i, argument + 1)) {
      return refuse(i,
                    "group by the tag that names the host too: `GROUP BY time($__interval), "
                    "\"host\"`");
    }
    bucketed_ = bucketed_ || outermost;
    i = argument + 1;
    return true;
  }

  /// Whether GROUP BY names anything beside `time(…)`, of which `begin` and `end` are the ends.
  [[nodiscard]] bool has_tag(std::size_t begin, std::size_t end) const {
    return sign_at(end + 1, ",") || (begin > 0 && sign_at(begin - 1, ","));
  }

  bool read_fill(std::size_t i) {
    const std::size_t how = i + 2;
    const bool harmless =
        how < words_.size() && (is_keyword(words_[how], "null") || is_keyword(words_[how], "none"));
    return harmless ||
           refuse(i,
                  "this fill would make a host that stopped writing look alive; leave it out, or "
                  "write fill(null)");
  }

  static bool is_interval(const Word& word) {
    return word.text == "$__interval" || word.text == "$interval";
  }

  /// A length of time. Offline `{{step}}` is not filled in yet: a row of `v` stands in for it.
  static bool is_length(const Word& word) {
    if (word.kind == Kind::name) return word.text.find_first_not_of('v') == std::string_view::npos;
    return word.kind == Kind::number || is_interval(word);
  }

  [[nodiscard]] bool sign_at(std::size_t i, std::string_view sign) const {
    return i < words_.size() && words_[i].kind == Kind::sign && words_[i].text == sign;
  }

  [[nodiscard]] bool is_compared(std::size_t i) const {
    constexpr std::array kComparing = {">", "<", ">=", "<=", "="};
    return std::ranges::any_of(kComparing, [&](const char* sign) { return sign_at(i + 1, sign); });
  }

  bool refuse_time(std::size_t i) {
    return refuse(i, "the time range is canarygate's to set; write `$timeFilter`");
  }

  bool refuse(std::size_t i, std::string text) {
    const std::size_t offset = i < words_.size() ? words_[i].begin : 0;
    fault = {column_at(query.text, offset), std::move(text)};
    return false;
  }

  bool refuse_end(std::string text) {
    fault = {column_at(query.text, words_.back().end()), std::move(text)};
    return false;
  }

  std::vector<Word> words_;
  bool from_ = false;  // at or after FROM of the outermost query
  bool filtered_ = false;
  bool bucketed_ = false;
};

std::string written(Place::What what, const Grid& grid) {
  const std::int64_t start = grid.start.time_since_epoch().count();
  if (what == Place::What::time_filter) {
    return fmt::format("time > {}ms AND time <= {}ms", start,
                       grid.end().time_since_epoch().count());
  }
  const std::int64_t offset = (start % grid.step.count()) * kNanoseconds + 1;
  return fmt::format("{}ms, {}ns", grid.step.count(), offset);
}

}  // namespace

Result<Query, QueryFault> parse(const std::string& text) {
  auto words = words_of(text);
  if (!words) return unexpected(std::move(words.error()));
  Reader reader(text, std::move(*words));
  if (!reader.read()) return unexpected(std::move(reader.fault));
  return std::move(reader.query);
}

std::string text_for(const Query& query, const Grid& grid) {
  std::string text;
  std::size_t done = 0;
  for (const Place& place : query.places) {
    text.append(query.text, done, place.begin - done);
    text += written(place.what, grid);
    done = place.end;
  }
  return text.append(query.text, done);
}

}  // namespace canarygate::influxql
