#include "checks/definition/file_shapes.h"

#include "checks/definition/notifiers.h"
#include "checks/discovery/source.h"
#include "checks/metrics/backend.h"

namespace canarygate {

namespace {

using namespace shapes;

constexpr double kNoLimit = std::numeric_limits<double>::infinity();

Shape version() { return integer({1, 1}, "1"); }

Shape vars() {
  Shape shape = text_map();
  shape.pattern = kVariablePattern;
  return shape;
}

/// The sources by name; `hosts: [a, b]` is short for `hosts: {names: [a, b]}`.
std::vector<Field> sources() {
  std::vector<Field> fields;
  for (const SourceType& type : source_types()) {
    Shape selection = of_keys(type.selection_keys);
    if (type.name == "hosts") selection = either(list(line(), 1), std::move(selection));
    fields.push_back({type.name, std::move(selection), false, type.help});
  }
  fields.push_back(
      {"tags", text_map(), false, "the series that carry all these tags or labels; no host list"});
  return fields;
}

Shape canary() { return one_field("source", sources()); }

Shape baseline() {
  std::vector<Field> fields = sources();
  fields.push_back({"rest", yes(), false, "every host of the canary's source but the canary"});
  Shape none = choice("", {"none"});
  none.expected = "none or a map such as {rest: true}";
  Shape shape = either(none, one_field("source", std::move(fields)));
  shape.expected = none.expected;
  return shape;
}

Shape expect() {
  return object({
      {"hosts", integer({1, 100'000}, "a whole number above 0"), false,
       "at least so many canaries"},
      {"wait", duration(), false, "how long to ask discovery again before giving up; default 0s"},
      {"label", text_map(), false, "what discovery must know of each canary, e.g. its version"},
  });
}

Shape window() {
  return object({
      {"warmup", duration(), false, "left out after the deploy; default 1m"},
      {"duration", positive_duration(), false, "what is judged, a multiple of step; default 5m"},
      {"step", positive_duration(), false, "the distance of two points; default 15s"},
  });
}

Shape outliers() {
  const Shape strategy = choice("strategy", {"keep", "remove"});
  return either(strategy, object({
                              {"strategy", strategy, true, "keep or remove"},
                              {"factor", number({0, kNoLimit, true}, "a number above 0"), false,
                               "so many interquartile ranges beyond the quartiles; default 3"},
                          }));
}

Shape effect_size() {
  const Shape bound = number({0, kNoLimit}, "a number of at least 0");
  return object({
      {"measure", choice("measure", {"meanRatio", "cles"}), false, "default meanRatio"},
      {"allowed_increase", bound, false, "less than this is no High"},
      {"allowed_decrease", bound, false, "more than this is no Low"},
      {"critical_increase", bound, false, "from here on a High of a critical metric is critical"},
      {"critical_decrease", bound, false, "down from here a Low of a critical metric is critical"},
  });
}

Shape judge() {
  const Shape method = choice("judge", {"placebo", "threshold", "kayenta", "mann-whitney"});
  return either(
      method,
      object({
          {"method", method, false,
           "placebo (default), threshold (limits only), kayenta or mann-whitney"},
          {"false_alarms", percentage({0, 0.5, true}, "a percentage above 0% and up to 50%"), false,
           "how often the whole gate may stop a good deploy; default 1%"},
          {"history", duration(), false, "how far back to learn what is normal; default 24h"},
          {"reference", duration(), false, "just before the deploy; default 4 durations"},
          {"looks", integer({1, 100}, "a whole number from 1 to 100"), false,
           "how often the window is judged while it runs; default 5"},
          {"placebos", integer({100, 1'000'000}, "a whole number from 100 to 1000000"), false,
           "random draws that show what is normal; default 2000"},
          {"detect", percentage({0, kNoLimit, true}, "a percentage above 0%"), false,
           "blind to a change of this size is undecided; default 100%"},
          {"early_pass", boolean(), false, "pass before the window's end when sure; default false"},
          {"min_coverage", percentage({0, 1}, "a percentage from 0% to 100%"), false,
           "a host with fewer of its points is set aside; default 60%"},
          {"direction", choice("direction", {"either", "increase", "decrease"}), false,
           "kayenta: which way fails; default as worse says"},
          {"nan", choice("strategy", {"remove", "replace"}), false,
           "kayenta: leave missing points out, or take them for 0; default remove"},
          {"outliers", outliers(), false, "kayenta: default keep"},
          {"effect_size", effect_size(), false, "kayenta: how large a change must be to count"},
          {"must_have_data", boolean(), false, "kayenta: no data fails the metric; default false"},
      }));
}

Shape score() {
  const Shape share = number({0, 100, true}, "a number above 0 and up to 100");
  return object({
      {"pass", share, false, "fewer at the window's end fails; default 95"},
      {"marginal", number({0, 100}, "a number from 0 to 100"), false,
       "fewer at an earlier look fails; default 75"},
      {"groups", map("^[^\\x00-\\x1F\\x7F]+$", share, "a map of group names to weights"), false,
       "weights out of 100; groups without one share the rest"},
  });
}

Shape limit() {
  const Shape bound = quantity({}, "^-?[0-9]+(\\.[0-9]+)? ?[A-Za-z%/µ][A-Za-z0-9%/µ]*$",
                               "a number, or a number with a unit such as 2s");
  return object({
      {"max", bound, false, "more than this fails"},
      {"min", bound, false, "less than this fails"},
      {"for", matching("^[1-9][0-9]{0,4} of [1-9][0-9]{0,4}$", "like '3 of 5'"), false,
       "so many bad points of so many in a row; default: the window's summary"},
      {"per", choice("", {"group", "host"}), false, "the canary as one, or each host"},
  });
}

Shape backend_name() { return matching(kNamePattern, "a backend's name"); }

Shape traffic() {
  return object({
      {"query", paragraph(), true, "events a point and host"},
      {"backend", backend_name(), false, "default: default"},
      {"host_label", line(), false, "which label of the reply names the host"},
      {"min", number({0, kNoLimit}, "a number of at least 0"), false,
       "events on the canary over the window"},
      {"min_share", percentage({0, kNoLimit, true}, "a percentage above 0%"), false,
       "of what one baseline host got, per canary host"},
  });
}

Shape metric() {
  const Shape links = map("^[^\\x00-\\x1F\\x7F]+$", url());
  return object({
      {"name", line(), true, "what reports call it"},
      {"query", paragraph(), false, "one number a point and host"},
      {"errors", paragraph(), false, "or: a count a point and host"},
      {"total", paragraph(), false, "with errors: out of how many"},
      {"backend", backend_name(), false, "a backend of the environment; default: default"},
      {"host_label", line(), false, "which label or tag of the reply names the host"},
      {"worse", choice("direction", {"higher", "lower", "either"}), false, "default either"},
      {"allow",
       quantity({0, kNoLimit}, "^[0-9]+(\\.[0-9]+)?%$",
                "a percentage such as 10%, or with `scale: difference` a number of at least 0"),
       false, "a change this small is no regression; default none"},
      {"unit", line(), false, "what the query returns: s ms us bytes % 1/s none …"},
      {"limit", limit(), false, "a fixed bound"},
      {"min_traffic", number({0, kNoLimit}, "a number of at least 0"), false,
       "canary total over the window; below: undecided"},
      {"pseudo_count", number({0, kNoLimit, true}, "a number above 0"), false,
       "added to both counts; default 0.5"},
      {"scale", choice("scale", {"auto", "ratio", "difference"}), false, "default auto"},
      {"summary",
       matching("^(auto|mean|log-mean|median|p[1-9][0-9]?)$",
                "auto, mean, log-mean, median or a percentile such as p90"),
       false, "how a host's points become one number; default auto"},
      {"judge", judge(), false, "this metric's own, over the check's"},
      {"optional", boolean(), false, "no data or undecided does not count against the gate"},
      {"critical", boolean(), false,
       "puts its reasons first; with score: its failure alone fails the gate"},
      {"weight", number({0, kNoLimit, true}, "a number above 0"), false,
       "with score: its share within its groups; default 1"},
      {"groups", list(line(), 1), false, "with score: the groups that it counts in"},
      {"settle", duration(), false, "how long numbers may still change; default: the backend's"},
      {"links", links, false, "name to URL, for reports; may hold variables"},
  });
}

Shape make_check() {
  const Shape policy = choice("policy", {"fail", "pass", "error"});
  return object({
      {"version", version(), true, "of this format: 1"},
      {"check", matching(kNamePattern, "a name of letters, digits, . _ and -"), true,
       "the file's name without .yaml"},
      {"description", paragraph(), false, "what is being watched, for whom the gate stops"},
      {"owner", line(), false, "whom a stopped deploy is told to talk to"},
      {"runbook", url(), false, "what to do when it stops a deploy"},
      {"tags", list(line()), false, "to choose checks by"},
      {"vars", vars(), false, "values for {{name}}"},
      {"canary", canary(), true, "who runs the new version"},
      {"baseline", baseline(), true, "who runs the old one"},
      {"expect", expect(), false, "fewer canaries, or another version, is never a pass"},
      {"window", window(), false, "when to look"},
      {"judge", judge(), false, "how to decide"},
      {"mode", choice("mode", {"hard", "soft"}), false, "soft: report, never stop; default hard"},
      {"on_no_data", policy, false, "default fail"},
      {"on_undecided", policy, false, "too little traffic, or too noisy; default fail"},
      {"traffic", traffic(), false, "how much the canary must have been given to be judged"},
      {"score", score(), false, "fail by the weighted share of metrics that pass, as Kayenta does"},
      {"metrics", list(metric(), 1), true, "what to compare"},
  });
}

Shape backends() {
  std::vector<Field> types;
  for (const BackendType& type : backend_types()) {
    types.push_back({type.name, of_keys(type.keys), false, type.help});
  }
  return map(kNamePattern, tagged("backend type", std::move(types)), "a map of names to backends");
}

Shape discovery() {
  std::vector<Field> fields;
  for (const SourceType& type : source_types()) {
    if (type.connection_keys.empty()) continue;
    fields.push_back({type.name, of_keys(type.connection_keys), false, type.help});
  }
  return object(std::move(fields));
}

Shape notify() {
  std::vector<Field> types;
  for (const NotifierKeys& type : notifier_keys()) {
    types.push_back({type.name, of_keys(type.keys), false, type.help});
  }
  return list(tagged("notification type", std::move(types)));
}

/// A file of this machine or a database that many share. A password is a reference to one, or libpq
/// finds it (PGPASSWORD, ~/.pgpass).
Shape history() {
  const std::string expected = "sqlite:PATH or postgresql://USER@HOST/DATABASE";
  const std::string parameter = "(?!(ssl)?password=)[a-z_]+=[^\\s&#]*";
  Shape url =
      matching("^(sqlite:[^\\x00-\\x1F\\x7F]+|postgres(ql)?://([^\\s/?#@:]+@)?[^\\s?#@]+(\\?" +
                   parameter + "(&" + parameter + ")*)?)$",
               expected);
  url.hint = "a history is " + expected +
             "; a password never stands in it: use {url: …, password: {env: NAME}}";
  return either(url, object({{"url", url, true, expected},
                             {"password", secret(), false, "the PostgreSQL user's password"}}));
}

/// A check with nothing required, its metrics by name.
Shape override() {
  Shape shape = partial(check_file_shape());
  std::erase_if(shape.fields, [](const Field& field) {
    return field.name == "version" || field.name == "check";
  });
  for (Field& field : shape.fields) {
    if (field.name != "metrics") continue;
    Shape one = std::move(field.shape.inner.front());
    std::erase_if(one.fields, [](const Field& key) { return key.name == "name"; });
    field.shape = map("^[^\\x00-\\x1F\\x7F]+$", std::move(one), "a map of metric names");
  }
  return shape;
}

Shape make_environment() {
  return object({
      {"version", version(), true, "of this format: 1"},
      {"environment", matching(kNamePattern, "a name of letters, digits, . _ and -"), true,
       "the file's name without .yaml"},
      {"backends", backends(), false, "where the numbers are"},
      {"discovery", discovery(), false, "where the hosts are"},
      {"history", history(), false, "where runs are recorded; default canarygate.yaml's"},
      {"checks", list(line(), 1), false,
       "what `check --all` runs: names and tags of checks; default all"},
      {"notify", notify(), false, "who is told of the deploy and of the verdict"},
      {"overrides", map(kNamePattern, override(), "a map of check names"), false,
       "what is different here, by check"},
      {"vars", vars(), false, "values for {{name}}"},
  });
}

Shape make_root() {
  return object({
      {"version", version(), true, "of this format: 1"},
      {"environment", matching(kNamePattern, "an environment's name"), false,
       "where to run without --env"},
      {"reports", list(matching("^[a-z]+=[^\\x00-\\x1F\\x7F]+$", "FORMAT=PATH")), false,
       "reports of every run"},
      {"backends", backends(), false, "used when there is no environment"},
      {"discovery", discovery(), false, "used when there is no environment"},
      {"notify", notify(), false, "used when there is no environment"},
      {"history", history(), false,
       "where runs are recorded; default sqlite:.canarygate/history.db"},
  });
}

}  // namespace

const Shape& check_file_shape() {
  static const Shape kShape = make_check();
  return kShape;
}

const Shape& environment_file_shape() {
  static const Shape kShape = make_environment();
  return kShape;
}

const Shape& root_file_shape() {
  static const Shape kShape = make_root();
  return kShape;
}

}  // namespace canarygate
