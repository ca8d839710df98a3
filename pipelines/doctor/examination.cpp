#include "pipelines/doctor/examination.h"

namespace canarygate::doctor {

const char* to_string(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::unproven:
      return "unproven";
    case State::warning:
      return "warning";
    case State::failure:
      break;
  }
  return "failure";
}

const char* to_string(Cause cause) {
  switch (cause) {
    case Cause::none:
      return "none";
    case Cause::definition:
      return "definition";
    case Cause::secret:
      return "secret";
    case Cause::unreachable:
      return "unreachable";
    case Cause::refused:
      return "refused";
    case Cause::answer:
      break;
  }
  return "answer";
}

}  // namespace canarygate::doctor
