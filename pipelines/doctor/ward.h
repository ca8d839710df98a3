/// What the examinations of one environment share.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "pipelines/doctor/doctor.h"
#include "pipelines/doctor/listening_http.h"

namespace canarygate::doctor {

/// For one server.
inline constexpr Duration kPatience = std::chrono::seconds(10);

class Ward {
 public:
  Ward(const Patient& all, const Ports& world, Sockets& doors)
      : patient(all),
        http(world.http, world.clock, kPatience),
        ports{http, world.clock, world.variables, world.processes, world.interrupt},
        sockets(doors) {}

  const Patient& patient;
  ListeningHttp http;
  Ports ports;
  Sockets& sockets;
  std::map<std::string, Cause> failed_sources;  ///< who need not be asked again for a check

  /// Adds what was heard of the network since the last time: how long it took, the server's clock.
  void note_answers(Examination& examination);
  /// Makes it a failure, with its cause by what was heard.
  void fail(Examination& examination, const Error& error);
};

[[nodiscard]] std::vector<Examination> examine_backend(Ward& ward, const std::string& name);
[[nodiscard]] Examination examine_source(Ward& ward, const std::string& name);
[[nodiscard]] Examination examine_check(Ward& ward, const PatientCheck& check);
[[nodiscard]] Examination examine_history(Ward& ward, const HistorySpec& spec);
[[nodiscard]] Examination examine_notifier(Ward& ward, const NotifierSpec& spec);

}  // namespace canarygate::doctor
