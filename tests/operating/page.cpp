#include "tests/operating/page.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tests/operating/figures.h"
#include "tests/operating/tables.h"

namespace canarygate::operating {

namespace {

Result<std::string> read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) return fail(ErrorKind::usage, path.string() + ": cannot be read");
  return text.str();
}

Status replace(std::string& page, const Part& part, const std::filesystem::path& path) {
  const std::size_t begin = page.find("<!-- " + part.name + ":");
  const std::size_t from = begin == std::string::npos ? begin : page.find('\n', begin);
  const std::size_t to =
      from == std::string::npos ? from : page.find("<!-- /" + part.name + " -->", from);
  if (to == std::string::npos) {
    return fail(ErrorKind::usage,
                fmt::format("{0}: has no lines `<!-- {1}: … -->` and `<!-- /{1} -->`, between "
                            "which that part is written",
                            path.string(), part.name));
  }
  page.replace(from + 1, to - from - 1, "\n" + part.text + "\n");
  return Done{};
}

}  // namespace

Status write_page(const std::filesystem::path& docs, const Results& results) {
  const std::filesystem::path path = docs / "statistics.md";
  auto page = read_file(path);
  if (!page) return unexpected(page.error());
  for (const Part& part : tables(results)) {
    if (auto done = replace(*page, part, path); !done) return done;
  }
  for (const Figure& figure : figures(results)) {
    if (auto done = write_file(docs / "figures" / figure.file, figure.svg); !done) return done;
  }
  if (auto done = write_file(docs / "figures" / "results.json", to_json(results)); !done) {
    return done;
  }
  return write_file(path, *page);
}

}  // namespace canarygate::operating
