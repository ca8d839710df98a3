/// Replies recorded from real servers (tests/data/fixtures/SERVER-VERSION/NAME.json).
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "checks/http/client.h"
#include "checks/text.h"
#include "tests/support/folder.h"

namespace canarygate::test {

/// The reply as it came, its JSON's keys in the recorded order.
inline HttpResponse fixture(const std::string& name) {
  std::ifstream file(tests_folder() / "data/fixtures" / name);
  REQUIRE_MESSAGE(file.good(), "no fixture " << name);
  const auto recorded = nlohmann::ordered_json::parse(file).at("response");
  HttpResponse response;
  response.status = recorded.at("status");
  for (const auto& [header, value] : recorded.at("headers").items()) {
    response.headers[to_lower(header)] = value;
  }
  response.body = recorded.contains("json") ? recorded.at("json").dump()
                                            : recorded.at("body").get<std::string>();
  return response;
}

}  // namespace canarygate::test
