/// Hosts, metrics, reasons and whatever else comes from outside may hold anything.
#include <doctest/doctest.h>

#include "checks/text.h"
#include "tests/pipelines/notify/telling.h"

namespace canarygate::test {

namespace {

using Json = nlohmann::json;

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// Every text in a document, at any depth.
void collect(const Json& value, std::vector<std::string>& texts) {
  if (value.is_string()) texts.push_back(value.get<std::string>());
  for (const auto& item : value.items()) {
    if (value.is_object()) texts.push_back(item.key());
    if (value.is_structured()) collect(item.value(), texts);
  }
}

std::vector<std::string> texts_of(const std::string& type) {
  FakeWorld world;
  set_secrets(world);
  std::vector<std::string> texts;
  for (const Told& told : one_of_each()) {
    if (told.type == type) collect(body_of(told, hostile_notice(), world), texts);
  }
  REQUIRE_FALSE(texts.empty());
  return texts;
}

}  // namespace

TEST_CASE("no message carries a control character or a command of a CI system") {
  for (const char* type : {"datadog-event", "grafana-annotation", "graphite-events",
                           "pagerduty-change", "slack", "webhook"}) {
    CAPTURE(type);
    for (const std::string& text : texts_of(type)) {
      for (const std::string& line : split(text, '\n')) CHECK(printable(line) == line);
    }
  }
}

TEST_CASE("nothing from outside becomes a mention, a link or an emoji in Slack") {
  for (const std::string& text : texts_of("slack")) {
    CHECK_FALSE(contains(text, "<script"));
    CHECK_FALSE(contains(text, "<img"));
    CHECK_FALSE(contains(text, "&amp; /close"));  // it came as an entity
  }
  FakeWorld world;
  set_secrets(world);
  Notice notice = verdict_notice("fail");
  notice.reasons = {"<!channel> <@U1> *b* :tada: a&b"};
  notice.links = {{"*a* <b> | c", "https://example.com/?a=1&b=2"}};
  const Json blocks = body_of(one_of_each()[5], notice, world)["blocks"];
  CHECK(blocks[1]["text"] == Json{{"type", "plain_text"},
                                  {"emoji", false},
                                  {"text", "&lt;!channel&gt; &lt;@U1&gt; *b* :tada: a&amp;b"}});
  CHECK(blocks[3]["elements"][0]["text"] == "<https://example.com/?a=1&amp;b=2| a  &lt;b&gt;   c>");
}

TEST_CASE("nothing from outside becomes markup in Grafana") {
  FakeWorld world;
  const std::string text = body_of(one_of_each()[1], hostile_notice(), world)["text"];
  CHECK(contains(text, "&lt;script&gt;alert(1)&lt;/script&gt;"));
  CHECK_FALSE(contains(text, "<script"));
  CHECK_FALSE(contains(text, "<img"));
  CHECK_FALSE(contains(text, "href=\"javascript"));
}

TEST_CASE("nothing from outside pages a person or is Markdown in Datadog") {
  FakeWorld world;
  set_secrets(world);
  Notice notice = verdict_notice("fail");
  notice.headline = "@joe (@pagerduty-web) jane@example.com %%%\n# x %%%";
  const Json event = body_of(one_of_each()[0], notice, world);
  for (const char* key : {"title", "text"}) {
    const std::string text = event[key];
    CHECK(text.starts_with("@\xE2\x80\x8Bjoe (@\xE2\x80\x8Bpagerduty-web) jane@example.com %\xE2"));
    CHECK_FALSE(contains(text, "%%%"));
    CHECK_FALSE(contains(text, "%%\n"));
  }
}

TEST_CASE("nothing from outside breaks out of its tag in Graphite") {
  FakeWorld world;
  const Json event = body_of(one_of_each()[2], hostile_notice(), world);
  for (const std::string tag : event["tags"]) {
    CHECK(tag.find_first_of(" ,\"'\n") == std::string::npos);
    CHECK(characters_in(tag) <= 50);
  }
  CHECK(event["tags"].size() == 4);
}

TEST_CASE("nothing from outside ends a label or a line at a Pushgateway, or leaves its group") {
  FakeWorld world;
  Notice notice = hostile_notice();
  notice.check = "a/b\n\"c";
  notice.metrics.front().name = "a\"} 1\nfake_metric 7 \\";
  const HttpRequest request = request_of(one_of_each()[4], notice, world);
  CHECK(request.url.find_first_of(" \n\"<>") == std::string::npos);
  CHECK(contains(request.url, "/check/a%2Fb%0A%22c/environment/"));
  CHECK(contains(request.body, R"(canarygate_metric_failed{metric="a\"} 1\nfake_metric 7 \\"} 1)"));
  for (const std::string& line : split(request.body, '\n')) {
    CHECK((line.empty() || line.starts_with("# ") || line.starts_with("canarygate_")));
  }
}

TEST_CASE("nothing from outside ends a string of a webhook's own body") {
  FakeWorld world;
  Notice notice = hostile_notice();
  notice.reasons = {"\"}, \"forged\": {\"a\": \"\\", "\xFF"};
  const Told told{"webhook",
                  {{"url", std::string("https://hook.example.com")},
                   {"body", std::string(R"({"a": "{{reasons}}"})")}}};
  const Json document = body_of(told, notice, world);
  CHECK(document == Json{{"a", "\"}, \"forged\": {\"a\": \"\\\n\xEF\xBF\xBD"}});
}

}  // namespace canarygate::test
