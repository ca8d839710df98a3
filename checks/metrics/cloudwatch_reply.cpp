#include "checks/metrics/cloudwatch_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <pugixml.hpp>

#include "checks/duration.h"
#include "checks/number.h"
#include "checks/text.h"

namespace canarygate::cloudwatch {

namespace {

using Row = Reply::Row;

std::string text_of(const pugi::xml_node& parent, const char* name) {
  return std::string(trim(parent.child_value(name)));
}

std::vector<std::string> messages_of(const pugi::xml_node& parent) {
  std::vector<std::string> messages;
  for (const pugi::xml_node message : parent.child("Messages").children("member")) {
    const std::string code = printable(shorten(text_of(message, "Code"), 100));
    const std::string value = printable(shorten(text_of(message, "Value"), 300));
    messages.push_back(code.empty() || value.empty() ? code + value : code + ": " + value);
  }
  return messages;
}

Status add_points(const pugi::xml_node& member, Row& row) {
  const auto refuse = [&row](const char* what, std::string_view text) {
    return fail(ErrorKind::backend,
                fmt::format("'{}' among the {} of '{}' cannot be read",
                            printable(shorten(text, 40)), what, printable(shorten(row.id, 40))));
  };
  for (const pugi::xml_node time : member.child("Timestamps").children("member")) {
    const std::string_view text = trim(time.child_value());
    const auto begin = parse_time(text);
    if (!begin) return refuse("Timestamps", text);
    row.points.emplace_back(*begin, std::numeric_limits<double>::quiet_NaN());
  }
  std::size_t count = 0;
  for (const pugi::xml_node value : member.child("Values").children("member")) {
    const std::string_view text = trim(value.child_value());
    const auto number = parse_number<double>(text);
    if (!number) return refuse("Values", text);
    if (count < row.points.size() && std::isfinite(*number)) row.points[count].second = *number;
    ++count;
  }
  if (count == row.points.size()) return Done{};
  return fail(ErrorKind::backend,
              fmt::format("'{}' has {} Timestamps and {} Values", printable(shorten(row.id, 40)),
                          row.points.size(), count));
}

bool is_one_of(const std::string& code, std::initializer_list<const char*> codes) {
  return std::ranges::find(codes, code) != codes.end();
}

}  // namespace

Result<Reply, std::string> parse_reply(const std::string& body) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(body.data(), body.size());
  if (!parsed) return unexpected(fmt::format("no complete XML ({})", parsed.description()));
  const pugi::xml_node result =
      document.child("GetMetricDataResponse").child("GetMetricDataResult");
  if (!result) {
    return unexpected(fmt::format("an XML document of '{}' without a GetMetricDataResult",
                                  printable(shorten(document.document_element().name(), 60))));
  }
  Reply reply;
  reply.messages = messages_of(result);
  reply.next_token = text_of(result, "NextToken");
  for (const pugi::xml_node member : result.child("MetricDataResults").children("member")) {
    Row& row = reply.rows.emplace_back();
    row.id = text_of(member, "Id");
    row.label = member.child_value("Label");
    row.status = text_of(member, "StatusCode");
    row.messages = messages_of(member);
    if (const Status added = add_points(member, row); !added) {
      return unexpected(added.error().text);
    }
  }
  return reply;
}

Error explain_refusal(const aws::ApiError& error, const Asked& asked) {
  const std::string said = aws::describe(error);
  const std::string& code = error.code;
  if (aws::is_throttled(error) || error.status == 429) {
    return {ErrorKind::backend,
            fmt::format("{} takes no more requests for now ({}); run fewer checks at the same "
                        "time, or have the account's quota for GetMetricData raised",
                        asked.host, said),
            true};
  }
  if (error.status >= 500) {
    return {ErrorKind::backend, fmt::format("{} could not answer ({})", asked.host, said), true};
  }
  if (code.empty()) {
    return {ErrorKind::backend,
            fmt::format("{} did not answer as CloudWatch does ({}). Check `region`, `url` and what "
                        "stands in front of the server",
                        asked.host, said),
            false};
  }
  if (is_one_of(code, {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation",
                       "OptInRequired"})) {
    return {ErrorKind::backend,
            fmt::format("{} does not allow this query ({}). The keys are from {}; they need "
                        "cloudwatch:GetMetricData",
                        asked.host, said, asked.keys),
            false};
  }
  if (error.status == 401 || error.status == 403 ||
      is_one_of(code, {"IncompleteSignature", "MissingAuthenticationToken", "RequestExpired"})) {
    return {ErrorKind::backend,
            fmt::format("{} does not know who asks ({}). The keys are from {}; check them, "
                        "`region`, and this machine's clock",
                        asked.host, said, asked.keys),
            false};
  }
  return {ErrorKind::backend,
          fmt::format("{} refuses the query ({}): {}", asked.host, said,
                      printable(shorten(asked.query, 300))),
          false};
}

}  // namespace canarygate::cloudwatch
