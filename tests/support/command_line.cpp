#include "tests/support/command_line.h"

#include <doctest/doctest.h>

#include "tests/support/fakes.h"

namespace canarygate::test {

std::variant<Options, EarlyExit> parse(Arguments arguments, const Vars& variables) {
  arguments.insert(arguments.begin(), "canarygate");
  FakeVariables fake;
  fake.values = variables;
  std::vector<std::string> entries;
  for (const auto& [name, value] : variables) entries.push_back(name + "=" + value);
  std::vector<const char*> environment;
  for (const std::string& entry : entries) environment.push_back(entry.c_str());
  environment.push_back(nullptr);
  return parse_options(static_cast<int>(arguments.size()), arguments.data(), fake,
                       environment.data());
}

Options accepted(const Arguments& arguments, const Vars& variables) {
  auto parsed = parse(arguments, variables);
  if (auto* early = std::get_if<EarlyExit>(&parsed)) FAIL(early->text);
  return std::get<Options>(std::move(parsed));
}

std::string refused(const Arguments& arguments, const Vars& variables) {
  const auto parsed = parse(arguments, variables);
  const auto* early = std::get_if<EarlyExit>(&parsed);
  REQUIRE(early != nullptr);
  CHECK(early->code == 2);
  return early->text.substr(0, early->text.find('\n'));
}

std::string refused_for(const Arguments& arguments, const Vars& variables) {
  const std::string line = refused(arguments, variables);
  REQUIRE(line.starts_with("canarygate: "));
  return line.substr(12);
}

}  // namespace canarygate::test
