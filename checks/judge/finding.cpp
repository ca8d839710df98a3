#include "checks/judge/finding.h"

namespace canarygate {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::pass:
      return "pass";
    case Verdict::fail:
      return "fail";
    case Verdict::no_data:
      return "no_data";
    case Verdict::undecided:
      return "undecided";
    case Verdict::trouble:
      break;
  }
  return "trouble";
}

const std::vector<ReasonCode>& reason_codes() {
  static const std::vector<ReasonCode> codes = {
      {"backend_failed", "a metrics backend could not be asked or answered nonsense"},
      {"canary_joined", "a host became a canary during the window and was not judged"},
      {"canary_left", "a canary host left the fleet while it was being judged"},
      {"canary_silent", "a canary host, or all of them, sent no numbers where the baseline did"},
      {"coarse_search",
       "the numbers are so small that Kayenta's test may miss a difference between them"},
      {"constant_history", "the metric never moved before, so how much it may move is not known"},
      {"definition", "a definition is not valid"},
      {"deploy_failed", "the command of --deploy failed; nothing was judged"},
      {"discovery_failed", "a discovery source could not be asked or found nobody"},
      {"discovery_warning", "a discovery source left somebody out, and why"},
      {"expected_hosts", "the canary is not what `expect` asks for"},
      {"fail_fast", "another check failed, and --fail-fast ended this one"},
      {"few_baseline_hosts", "too few baseline hosts to outvote one of them that moves"},
      {"host_set_aside", "a host had too few points in the window and was not judged"},
      {"independence_assumed",
       "the judge that was asked for takes points for independent and hosts for alike"},
      {"insensitive", "the numbers are too noisy to have shown a change of `detect`"},
      {"interrupted", "the run was interrupted by a signal"},
      {"kayenta_error", "Kayenta's test cannot be computed from these numbers"},
      {"limit_exceeded", "the canary broke a fixed limit"},
      {"look_failed", "one look could not be taken; the next one saw its points too"},
      {"low_coverage", "the hosts of a group have numbers, but each of them too few to be judged"},
      {"low_traffic", "the canary was given too little traffic to be judged"},
      {"new_canary_hosts", "the canary hosts have no past of their own"},
      {"no_data", "neither side, or only the canary, has numbers"},
      {"no_history", "no usable history, so a weaker test was used"},
      {"no_limit", "the metric is judged by limits only and has none"},
      {"no_time_of_day_control", "too few days of history to compare with the same time of day"},
      {"not_tested_spread", "the canary's numbers vary more, which its summary does not test"},
      {"output", "a report could not be written"},
      {"partial_response", "a backend said that its answer is not complete"},
      {"past_deploys", "so many deploys in the history that windows with one in them stay in it"},
      {"regression", "the canary is worse than chance explains"},
      {"sampled_baseline", "baseline hosts were left out to keep the fetch small"},
      {"score", "the canary's score is below what it needs"},
      {"secret", "a secret could not be read"},
      {"server_warning", "what a backend said beside its answer"},
      {"thinned_history", "history windows were left out to keep the fetch small"},
      {"timeout", "the run's own deadline passed"},
      {"unmatched_host", "a host that no series of a reply belongs to"},
      {"unmatched_series", "series of a reply that belong to no host"},
      {"usage", "the command line or a CANARYGATE_ variable is not valid"},
      {"what_if", "judged again with other settings: no deploy was judged so"},
      {"window_incomplete", "the window has not ended, and nothing has failed so far"},
  };
  return codes;
}

namespace judge {

const char* to_string(Evidence evidence) {
  switch (evidence) {
    case Evidence::strong:
      return "strong";
    case Evidence::moderate:
      return "moderate";
    case Evidence::weak:
      break;
  }
  return "weak";
}

}  // namespace judge
}  // namespace canarygate
