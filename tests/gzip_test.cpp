#include "checks/gzip.h"

#include <doctest/doctest.h>

#include <random>

namespace canarygate::test {

namespace {

std::string noise(std::size_t size) {
  std::mt19937 random(1);
  std::string text(size, '\0');
  for (char& c : text) c = static_cast<char>(random());
  return text;
}

std::string error_of(const Result<std::string>& result) {
  return result ? "" : result.error().text;
}

}  // namespace

TEST_CASE("what was packed comes out again") {
  for (const std::string& text :
       {std::string(), std::string("a"), std::string(1'000'000, 'x'), noise(1'000'000)}) {
    const auto out = gunzip(gzip(text), text.size());
    REQUIRE(out);
    CHECK(*out == text);
  }
}

TEST_CASE("no more is unpacked than is asked for") {
  const std::string packed = gzip(std::string(3 * 1024 * 1024 + 1, 'x'));
  CHECK(packed.size() < 10'000);
  CHECK(error_of(gunzip(packed, 3 * 1024 * 1024)) == "is larger than 3 MiB when unpacked");
}

TEST_CASE("what is wrong with a file is said") {
  const std::string packed = gzip(noise(10'000));
  CHECK(error_of(gunzip("plain", 100)) == "is no gzip file");
  CHECK(error_of(gunzip(packed + "x", 10'000)) == "is damaged: something follows its end");
  std::string changed = packed;
  changed[changed.size() - 6] = static_cast<char>(~changed[changed.size() - 6]);  // the checksum
  CHECK(error_of(gunzip(changed, 10'000)) == "is damaged");
  for (std::size_t size = 0; size < packed.size(); size += 97) {
    CHECK(error_of(gunzip(packed.substr(0, size), 10'000)) ==
          "is incomplete: it ends before its data does");
  }
}

}  // namespace canarygate::test
