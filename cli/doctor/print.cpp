#include "cli/doctor/print.h"

#include <fmt/format.h>

#include <algorithm>

#include "checks/text.h"

namespace canarygate {

namespace {

using doctor::Examination;
using doctor::State;
using Json = nlohmann::ordered_json;

std::string label_of(const std::string& what, const std::string& name) {
  return printable(name.empty() ? what : what + " " + name);
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json seconds_or_null(const std::optional<Duration>& length) {
  if (!length) return {};
  return std::chrono::duration<double>(*length).count();
}

Json to_json(const Examination& examination, const std::string& environment) {
  const bool no_cause = examination.cause == doctor::Cause::none;
  return {{"environment", text_or_null(environment)},
          {"what", examination.what},
          {"name", text_or_null(examination.name)},
          {"type", text_or_null(examination.type)},
          {"server", text_or_null(examination.server)},
          {"state", doctor::to_string(examination.state)},
          {"cause", no_cause ? Json() : Json(doctor::to_string(examination.cause))},
          {"text", examination.text},
          {"warnings", examination.warnings},
          {"seconds", seconds_or_null(examination.took)},
          {"clock_skew_seconds", seconds_or_null(examination.clock_skew)}};
}

std::string painted(State state, const Console& console) {
  std::string word = fmt::format("{:<8}", doctor::to_string(state));
  if (!console.colour || state < State::warning) return word;
  return fmt::format("\x1b[{}m{}\x1b[0m", state == State::failure ? 31 : 33, word);
}

}  // namespace

DoctorPrinter::DoctorPrinter(std::string root, Options::Format format, Console& console)
    : format_(format), console_(console), root_(std::move(root)) {
  width_ = label_of("definitions", "").size();
  if (format_ == Options::Format::text) {
    console_.out << "canarygate " << CANARYGATE_VERSION << ", definitions in " << printable(root_)
                 << "\n";
  }
}

void DoctorPrinter::begin(const std::string& environment, const std::vector<doctor::Item>& items) {
  environment_ = environment;
  width_ = 0;
  for (const doctor::Item& item : items) {
    width_ = std::max(width_, characters_in(label_of(item.what, item.name)));
  }
  if (format_ == Options::Format::json) return;
  console_.out << "\n"
               << (environment.empty() ? "canarygate.yaml"
                                       : "environment " + printable(environment))
               << "\n";
}

void DoctorPrinter::tell(const Examination& examination) {
  ++count_;
  failures_ += examination.state == State::failure ? 1U : 0U;
  warnings_ += examination.state == State::warning ? 1U : 0U;
  if (format_ == Options::Format::json) {
    examined_.push_back(to_json(examination, environment_));
  } else {
    print(examination);
  }
}

void DoctorPrinter::print(const Examination& examination) {
  const std::string label = label_of(examination.what, examination.name);
  const std::size_t characters = characters_in(label);
  const std::string gap(width_ > characters ? width_ - characters : 0, ' ');
  std::string text = printable(examination.text);
  for (const std::string& warning : examination.warnings) {
    text += (text.empty() ? "" : "; ") + printable(warning);
  }
  console_.out << "  " << painted(examination.state, console_) << "  " << label << gap << "  "
               << text << std::endl;  // one may take some seconds
}

int DoctorPrinter::finish() {
  const int code = failures_ > 0 ? 2 : 0;
  if (format_ == Options::Format::json) {
    const State worst = failures_ > 0 ? State::failure : warnings_ > 0 ? State::warning : State::ok;
    const Json document{{"version", 1},      {"canarygate", CANARYGATE_VERSION},
                        {"root", root_},     {"state", doctor::to_string(worst)},
                        {"exit_code", code}, {"examined", examined_}};
    console_.out << document.dump(2, ' ', false, Json::error_handler_t::replace) << "\n";
    return code;
  }
  const std::string all = fmt::format("{} looked at", count_of(count_, "thing"));
  if (failures_ + warnings_ == 0) {
    console_.out << fmt::format("\n{}, nothing wrong.\n", all);
  } else {
    console_.out << fmt::format("\n{}: {}, {}.\n", all, count_of(failures_, "failure"),
                                count_of(warnings_, "warning"));
  }
  return code;
}

}  // namespace canarygate
