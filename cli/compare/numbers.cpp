#include "cli/compare/numbers.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>

#include "checks/csv.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate {

namespace {

constexpr std::size_t kMostNumbers = 10'000'000;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

bool is_missing(std::string_view text) {
  constexpr std::array<std::string_view, 10> kWords = {"",   "nan", "+nan", "-nan", "null",
                                                       "na", "n/a", "inf",  "+inf", "-inf"};
  const std::string word = to_lower(text);
  return std::ranges::find(kWords, word) != kWords.end();
}

std::optional<double> parse(std::string_view text) {
  if (is_missing(text)) return kMissing;
  if (text.front() == '+') text.remove_prefix(1);  // from_chars takes no plus
  return parse_number<double>(text);
}

/// A first line that does not even begin as a number does.
bool is_heading(std::string_view text) {
  return !text.empty() && std::string_view("+-.0123456789").find(text.front()) == std::string::npos;
}

/// The field that is asked for, as it stands in the file.
Result<std::string_view> field_of(const CsvReader& csv, const std::vector<std::string>& fields,
                                  std::size_t column) {
  if (column == 0 && fields.size() > 1) {
    return fail(ErrorKind::usage, fmt::format("{}: {} columns; say which with --column N",
                                              csv.place(), fields.size()));
  }
  const std::size_t at = std::max<std::size_t>(column, 1) - 1;
  if (at >= fields.size()) {
    return fail(ErrorKind::usage, fmt::format("{}: there is no column {}, only {}", csv.place(),
                                              column, fields.size()));
  }
  return trim(fields[at]);
}

}  // namespace

std::vector<double> Numbers::present() const {
  std::vector<double> found;
  std::ranges::copy_if(values, std::back_inserter(found), [](double v) { return !std::isnan(v); });
  return found;
}

Result<Numbers> read_numbers(const std::string& path, std::size_t column) {
  const bool from_stdin = path == "-";
  auto csv = CsvReader::open(from_stdin ? "/dev/stdin" : path);
  if (!csv) return unexpected(csv.error());
  Numbers numbers{from_stdin ? "stdin" : path, {}};
  std::vector<std::string> fields;
  bool first = true;
  while (true) {
    const auto more = csv->next(fields);
    if (!more) return unexpected(more.error());
    if (!*more) break;
    if (fields.front().starts_with('#')) continue;
    const auto field = field_of(*csv, fields, column);
    if (!field) return unexpected(field.error());
    const auto value = parse(*field);
    const bool heading = first && !value && is_heading(*field);
    first = false;
    if (heading) continue;
    if (!value) {
      return fail(ErrorKind::usage,
                  fmt::format("{}: '{}' is no number; write nan for a missing one", csv->place(),
                              printable(shorten(*field, 40))));
    }
    if (numbers.values.size() == kMostNumbers) {
      return fail(ErrorKind::usage, fmt::format("{}: more than 10 million numbers", csv->place()));
    }
    numbers.values.push_back(*value);
  }
  if (numbers.values.empty()) {
    return fail(ErrorKind::usage, fmt::format("{}: no numbers in it", printable(numbers.name)));
  }
  return numbers;
}

}  // namespace canarygate
