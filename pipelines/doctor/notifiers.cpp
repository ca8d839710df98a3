#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/http/url.h"
#include "pipelines/doctor/ward.h"
#include "pipelines/notify/notifier.h"
#include "pipelines/notify/refusal.h"

namespace canarygate::doctor {

namespace {

constexpr Duration kNotifierPatience = std::chrono::seconds(5);
constexpr std::size_t kMostBody = 64U << 10U;

std::string name_of(const SocketAddress& address) {
  const bool ipv6 = address.host.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", ipv6 ? "[" : "", address.host, ipv6 ? "]" : "", address.port);
}

Status rehearse(Ward& ward, Rehearsal& rehearsal) {
  Message& message = rehearsal.message;
  if (message.text) {
    return ward.sockets.send_all({&*message.text, 1}, kNotifierPatience).front();
  }
  message.request.timeout = 2 * kNotifierPatience;
  message.request.max_body = kMostBody;
  const auto answers = ward.ports.http.send_all(std::array{message.request}, kNotifierPatience);
  const auto& answer = answers.front();
  if (!answer) {
    return fail(answer.error().kind,
                notify::failure_of(message, answer.error(), kNotifierPatience));
  }
  if (rehearsal.any_answer) return Done{};
  if (const auto objection = notify::objection_to(message, *answer)) {
    return fail(ErrorKind::backend, *objection);
  }
  return Done{};
}

}  // namespace

Examination examine_notifier(Ward& ward, const NotifierSpec& spec) {
  Examination examination{"notifier", spec.type, spec.type, ""};
  static_cast<void>(ward.http.take());
  const auto types = notifier_types();
  const auto type = std::ranges::find(types, spec.type, &NotifierType::name);
  if (type == types.end()) return examination;  // the files' parser has refused it
  auto rehearsal = type->make(spec.config, ward.ports)->rehearse();
  if (!rehearsal) {
    ward.fail(examination, rehearsal.error());
    return examination;
  }
  const Message& message = rehearsal->message;
  examination.server = message.text ? name_of(message.text->address) : host_of(message.request.url);
  if (const Status told = rehearse(ward, *rehearsal); !told) {
    ward.fail(examination, told.error());
    if (message.text) examination.cause = Cause::unreachable;
    return examination;
  }
  examination.text = fmt::format("{} {}", examination.server, rehearsal->proven);
  if (message.text && message.text->protocol == SocketText::Protocol::udp) {
    examination.state = State::unproven;
  }
  if (!rehearsal->unproven.empty()) examination.text += "; " + rehearsal->unproven;
  ward.note_answers(examination);
  return examination;
}

}  // namespace canarygate::doctor
