#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>

#include "checks/text.h"
#include "cli/commands.h"
#include "cli/compare/batch.h"
#include "cli/compare/comparison.h"
#include "cli/compare/numbers.h"
#include "cli/compare/print.h"
#include "cli/failed.h"

namespace canarygate {

namespace {

/// An answer that nobody received is no answer.
int delivered(int code, Console& console) {
  console.out.flush();
  return console.out ? code : failed("stdout cannot be written", console);
}

int answer_batch(const CompareOptions& options, Console& console) {
  if (options.batch == "-") {
    return delivered(run_batch(std::cin, "stdin", options, console.out, console.err), console);
  }
  std::ifstream file(options.batch);
  if (!file) {
    return failed(fmt::format("{}: cannot be opened: {}", printable(options.batch),
                              std::strerror(errno)),  // NOLINT
                  console);
  }
  return delivered(run_batch(file, options.batch, options, console.out, console.err), console);
}

}  // namespace

int run_compare(const Options& options, Console& console) {
  const CompareOptions& wish = options.compare;
  if (!wish.batch.empty()) return answer_batch(wish, console);
  const auto canary = read_numbers(wish.canary, wish.column);
  if (!canary) return failed(canary.error().text, console);
  const auto baseline = read_numbers(wish.baseline, wish.column);
  if (!baseline) return failed(baseline.error().text, console);
  const auto comparison = compare(*canary, *baseline, wish);
  if (!comparison) return failed(comparison.error().text, console);

  const int code = comparison->verdict == Verdict::pass      ? 0
                   : comparison->verdict == Verdict::trouble ? 2
                                                             : 1;
  const Compared compared{*canary, *baseline, *comparison, code};
  console.out << (options.format == Options::Format::json
                      ? compared_json(compared, wish)
                      : compared_text(compared, wish, console.colour));
  return delivered(code, console);
}

}  // namespace canarygate
