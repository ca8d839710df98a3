#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/http/auth.h"
#include "checks/http/url.h"
#include "checks/metrics/backend.h"
#include "checks/text.h"
#include "pipelines/doctor/ward.h"

namespace canarygate::doctor {

namespace {

using Urls = std::vector<std::string>;

/// The addresses that a backend is asked at, each alone; just `config` where it has no list.
std::vector<Config> one_server_each(const BackendType& type, const Config& config) {
  std::vector<Config> each;
  for (const Key& key : type.keys) {
    if (key.kind != KeyKind::url_list) continue;
    for (const std::string& url : config.get<Urls>(key.name)) {
      each.push_back(config);
      each.back().set(key.name, Urls{url});
    }
  }
  return each.empty() ? std::vector<Config>{config} : each;
}

std::string server_of(const Config& config) {
  const Urls urls = config.get<Urls>("urls");
  if (!urls.empty()) return host_of(urls.front());
  return host_of(config.get<std::string>("url"));
}

/// As the first metric has it that asks this backend.
std::string host_label_of(const Patient& patient, const std::string& backend) {
  for (const PatientCheck& check : patient.checks) {
    if (!check.request) continue;
    for (const MetricSpec& metric : check.request->loaded.check.metrics) {
      if (metric.backend == backend && metric.host_label) return *metric.host_label;
    }
  }
  return "";
}

/// Asks a server whose questions only the checks know for nothing: any answer shows it is there.
void knock(Ward& ward, const Config& config, Examination& examination) {
  examination.state = State::unproven;
  const std::string unproven = "whether it answers queries, `canarygate explain NAME` shows";
  if (examination.server.empty()) {
    examination.text = "not asked: " + unproven;
    return;
  }
  const auto headers = request_headers(config, ward.ports);
  if (!headers) return ward.fail(examination, headers.error());
  HttpRequest request;
  const Urls urls = config.get<Urls>("urls");
  request.url = urls.empty() ? config.get<std::string>("url") : urls.front();
  complete(request, config, *headers);
  const auto answers = ward.ports.http.send_all(std::array{request}, kPatience);
  const auto& answer = answers.front();
  if (!answer) return ward.fail(examination, answer.error());
  if (answer->status == 401 || answer->status == 403) {
    const std::string sent = describe_credentials(config);
    return ward.fail(
        examination,
        {ErrorKind::backend,
         fmt::format("{} lets nobody in with {} ({}); check that it is right and still valid",
                     examination.server, sent.empty() ? "no credentials" : sent, answer->status)});
  }
  examination.text = fmt::format("{} can be reached; {}", examination.server, unproven);
}

Examination examine_one(Ward& ward, const std::string& name, const BackendType& type,
                        const Config& config) {
  Examination examination{"backend", name, type.name, server_of(config)};
  static_cast<void>(ward.http.take());
  const auto backend = type.make(config, ward.ports);
  if (!backend) {
    ward.fail(examination, backend.error());
    return examination;
  }
  const auto seen =
      (*backend)->probe({ward.ports.clock.now(), kPatience, host_label_of(ward.patient, name)});
  if (!seen) {
    ward.fail(examination, seen.error());
  } else if (seen->empty()) {
    if (type.reads_hosts) {
      examination.state = State::unproven;
      examination.text =
          "asks each host itself; whether they answer, `canarygate hosts NAME` shows";
    } else {
      knock(ward, config, examination);
    }
  } else {
    examination.text = examination.server.empty() ? *seen : examination.server + " " + *seen;
  }
  if (examination.state != State::failure) ward.note_answers(examination);
  return examination;
}

}  // namespace

std::vector<Examination> examine_backend(Ward& ward, const std::string& name) {
  const BackendSpec& spec = ward.patient.environment.backends.at(name);
  const BackendType* type = find_backend_type(spec.type);
  std::vector<Examination> all;
  if (type == nullptr) return all;  // the files' parser has refused it
  for (const Config& config : one_server_each(*type, spec.config)) {
    all.push_back(examine_one(ward, name, *type, config));
  }
  const auto failed = std::ranges::count(all, State::failure, &Examination::state);
  if (failed == 0 || static_cast<std::size_t>(failed) == all.size()) return all;
  for (Examination& one : all) {
    if (one.state != State::failure) continue;
    one.state = State::warning;
    one.text += "; the backend's other servers are asked instead";
  }
  return all;
}

}  // namespace canarygate::doctor
