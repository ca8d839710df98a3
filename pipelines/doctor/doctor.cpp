#include "pipelines/doctor/doctor.h"

#include <fmt/format.h>

#include <memory>

#include "pipelines/doctor/ward.h"

namespace canarygate::doctor {

namespace {

/// More than NTP leaves, and less than a step: it moves what a window holds.
constexpr Duration kSkew = std::chrono::seconds(5);

Cause cause_of(const Error& error, const ListeningHttp::Heard& heard) {
  switch (error.kind) {
    case ErrorKind::secret:
      return Cause::secret;
    case ErrorKind::definition:
    case ErrorKind::usage:
      return Cause::definition;
    default:
      break;
  }
  if (heard.asked && !heard.answered) return Cause::unreachable;
  if (heard.status == 401 || heard.status == 403) return Cause::refused;
  return Cause::answer;
}

void note(Examination& examination, const ListeningHttp::Heard& heard) {
  if (heard.answered) examination.took = heard.took;
  examination.clock_skew = heard.skew;
  const Duration skew = heard.skew.value_or(Duration(0));
  if (std::chrono::abs(skew) < kSkew) return;
  examination.warn(fmt::format(
      "its clock is {} s {} this machine's by the Date of its answer, and windows move by as much; "
      "set both by NTP",
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(skew)).count(),
      skew > Duration(0) ? "ahead of" : "behind"));
}

}  // namespace

void Ward::note_answers(Examination& examination) { note(examination, http.take()); }

void Ward::fail(Examination& examination, const Error& error) {
  const auto heard = http.take();
  examination.state = State::failure;
  examination.cause = cause_of(error, heard);
  examination.text = error.text;
  note(examination, heard);
}

std::vector<Item> items_of(const Patient& patient, const Ports& ports, Sockets& sockets) {
  const auto ward = std::make_shared<Ward>(patient, ports, sockets);
  std::vector<Item> items;
  for (const auto& [name, spec] : patient.environment.backends) {
    items.push_back(
        {"backend", name, [ward, name = name] { return examine_backend(*ward, name); }});
  }
  for (const auto& [name, connection] : patient.environment.discovery) {
    items.push_back({"discovery", name,
                     [ward, name = name] { return std::vector{examine_source(*ward, name)}; }});
  }
  for (const PatientCheck& check : patient.checks) {
    items.push_back(
        {"check", check.name, [ward, &check] { return std::vector{examine_check(*ward, check)}; }});
  }
  for (const NotifierSpec& spec : patient.environment.notify) {
    items.push_back({"notifier", spec.type,
                     [ward, &spec] { return std::vector{examine_notifier(*ward, spec)}; }});
  }
  if (patient.history) {
    items.push_back({"history", "", [ward, &patient] {
                       return std::vector{examine_history(*ward, *patient.history)};
                     }});
  }
  return items;
}

}  // namespace canarygate::doctor
