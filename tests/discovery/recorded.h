/// Answering with replies that were recorded from real servers.
#pragma once

#include <string>

#include "tests/support/fakes.h"
#include "tests/support/fixture.h"

namespace canarygate::test {

/// Answers a GET of `url` with the recording `SERVER-VERSION/NAME`.
inline FakeHttp::Expectation& expect_recorded(FakeHttp& http, const std::string& url,
                                              const std::string& name) {
  const HttpResponse reply = fixture(name + ".json");
  return http.expect("GET", url, reply.status, reply.body, reply.headers);
}

}  // namespace canarygate::test
