#include "checks/roster.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <tuple>

#include "checks/address.h"
#include "checks/discovery/source.h"
#include "checks/text.h"

namespace canarygate {

namespace {

/// The text of `value` with its variables filled in, whatever it is a value of.
Result<ConfigValue> rendered(const ConfigValue& value, const VariableValues& variables) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    auto done = render_text(*text, variables);
    if (!done) return unexpected(done.error());
    return ConfigValue(std::move(*done));
  }
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    std::vector<std::string> all;
    for (const std::string& text : *texts) {
      auto done = render_text(text, variables);
      if (!done) return unexpected(done.error());
      all.push_back(std::move(*done));
    }
    return ConfigValue(std::move(all));
  }
  if (const auto* map = std::get_if<std::map<std::string, std::string>>(&value)) {
    std::map<std::string, std::string> all;
    for (const auto& [name, text] : *map) {
      auto done = render_text(text, variables);
      if (!done) return unexpected(done.error());
      all.emplace(name, std::move(*done));
    }
    return ConfigValue(std::move(all));
  }
  return value;
}

Result<Config> rendered(const Config& selection, const VariableValues& variables) {
  Config config;
  for (const auto& [name, value] : selection.values()) {
    auto done = rendered(value, variables);
    if (!done) return unexpected(done.error());
    config.set(name, std::move(*done));
  }
  return config;
}

Config without(const Config& selection, const std::vector<std::string>& keys) {
  Config rest;
  for (const auto& [name, value] : selection.values()) {
    if (std::ranges::find(keys, name) == keys.end()) rest.set(name, value);
  }
  return rest;
}

std::vector<Host> as_hosts(const std::vector<std::string>& names) {
  std::vector<Host> hosts;
  for (const std::string& name : names) hosts.push_back({name, {}});
  return hosts;
}

std::vector<std::string> printable_names(const std::vector<Host>& hosts) {
  std::vector<std::string> names;
  for (const Host& host : hosts) names.push_back(printable(host.name));
  return names;
}

/// Sorted by name, then labels, so that the order of a reply changes nothing; each name once.
void sort_by_name(std::vector<Host>& hosts) {
  std::ranges::sort(hosts, [](const Host& a, const Host& b) {
    return std::tie(a.name, a.labels) < std::tie(b.name, b.labels);
  });
  const auto same_name = [](const Host& a, const Host& b) { return a.name == b.name; };
  hosts.erase(std::unique(hosts.begin(), hosts.end(), same_name), hosts.end());
}

class RosterFinder {
 public:
  RosterFinder(const RosterRequest& request, const Ports& ports, Duration patience)
      : request_(request), ports_(ports), deadline_(ports.clock.elapsed() + patience) {}

  Result<Roster> find() {
    auto canary = find_canary();
    if (!canary) return unexpected(canary.error());
    Roster roster;
    // Before duplicates go: one name may be two instances of two versions.
    auto unmet = check_expectations(*canary);
    if (!unmet) return unexpected(unmet.error());
    roster.unmet = std::move(*unmet);
    sort_by_name(*canary);

    auto baseline = find_baseline(*canary);
    if (!baseline) return unexpected(baseline.error());
    sort_by_name(*baseline);
    if (const Status apart = check_apart(*canary, *baseline); !apart) {
      return unexpected(apart.error());
    }
    sort_unique(warnings_);
    roster.hosts = {std::move(*canary), std::move(*baseline), std::move(warnings_)};
    return roster;
  }

 private:
  Result<std::vector<Host>> find_canary() {
    if (!request_.canary_hosts.empty()) return as_hosts(request_.canary_hosts);
    const GroupSpec& group = request_.check.canary;
    if (group.kind != GroupSpec::Kind::source) return std::vector<Host>{};
    auto found = ask(group.source, group.selection);
    if (!found) return unexpected(in_group("canary", found.error()));
    if (found->hosts.empty()) return nobody("canary", found->why_nobody);
    return std::move(found->hosts);
  }

  Result<std::vector<Host>> find_baseline(const std::vector<Host>& canary) {
    if (!request_.baseline_hosts.empty()) return as_hosts(request_.baseline_hosts);
    const GroupSpec& group = request_.check.baseline;
    if (group.kind == GroupSpec::Kind::rest) return find_rest(canary);
    if (group.kind != GroupSpec::Kind::source) return std::vector<Host>{};
    auto found = ask(group.source, group.selection);
    if (!found) return unexpected(in_group("baseline", found.error()));
    if (found->hosts.empty()) return nobody("baseline", found->why_nobody);
    return std::move(found->hosts);
  }

  Result<std::vector<Host>> find_rest(const std::vector<Host>& canary) {
    const GroupSpec& group = request_.check.canary;
    if (group.kind != GroupSpec::Kind::source) return std::vector<Host>{};
    const SourceType* type = find_source_type(group.source);
    const auto narrowing = type == nullptr ? std::vector<std::string>{} : type->narrowing_keys;
    auto found = ask(group.source, without(group.selection, narrowing));
    if (!found) return unexpected(in_group("baseline", found.error()));
    const bool source_is_empty = found->hosts.empty();
    std::erase_if(found->hosts, [&](const Host& host) {
      return std::ranges::any_of(canary,
                                 [&](const Host& one) { return same_host(one.name, host.name); });
    });
    if (!found->hosts.empty()) return std::move(found->hosts);
    if (source_is_empty) return nobody("baseline", found->why_nobody);
    return nobody("baseline",
                  fmt::format("`rest` is every host of the canary's source {} without {}, less the "
                              "canary, and all that it lists is the canary",
                              group.source, list_of(narrowing)));
  }

  Result<Found> ask(const std::string& source, const Config& selection) {
    const auto config = rendered(selection, request_.variables);
    if (!config) return unexpected(config.error());
    auto known = sources_.find(source);
    if (known == sources_.end()) {
      auto made = make(source);
      if (!made) return unexpected(made.error());
      known = sources_.emplace(source, std::move(*made)).first;
    }
    auto found = known->second->find(*config, deadline_ - ports_.clock.elapsed());
    if (found) warnings_.insert(warnings_.end(), found->warnings.begin(), found->warnings.end());
    return found;
  }

  Result<std::unique_ptr<DiscoverySource>> make(const std::string& name) {
    const SourceType* type = find_source_type(name);
    if (type == nullptr) {
      std::vector<std::string> known;
      for (const SourceType& one : source_types()) known.push_back(one.name);
      return fail(ErrorKind::definition,
                  fmt::format("unknown discovery source '{}'; expected {}", printable(name),
                              list_of(known, known.size())));
    }
    const auto connection = request_.environment.discovery.find(name);
    return type->make(
        connection == request_.environment.discovery.end() ? Config{} : connection->second, ports_);
  }

  static Error in_group(const char* group, Error error) {
    error.text = fmt::format("cannot find the {} hosts: {}", group, error.text);
    return error;
  }

  static Unexpected<Error> nobody(const char* group, const std::string& why) {
    return fail(ErrorKind::no_hosts, fmt::format("no {} host was found: {}", group, why));
  }

  static Status check_apart(const std::vector<Host>& canary, const std::vector<Host>& baseline) {
    std::vector<std::string> both;
    for (const Host& one : canary) {
      if (std::ranges::any_of(baseline,
                              [&](const Host& b) { return same_host(b.name, one.name); })) {
        both.push_back(printable(one.name));
      }
    }
    if (both.empty()) return Done{};
    return fail(ErrorKind::discovery,
                fmt::format("{} {} both canary and baseline; change the conditions of `canary` and "
                            "`baseline` so that every host is in one group only",
                            list_of(both), both.size() == 1 ? "is" : "are"));
  }

  Result<std::vector<std::string>> check_expectations(const std::vector<Host>& canary) {
    std::vector<std::string> unmet;
    const Expect& expect = request_.check.expect;
    std::vector<Host> distinct = canary;
    sort_by_name(distinct);
    const auto count = static_cast<std::int64_t>(distinct.size());
    if (!is_listed_by_tags() && expect.hosts && count < *expect.hosts) {
      unmet.push_back(fmt::format("expected {}, found {}: {}",
                                  count_of(static_cast<std::size_t>(*expect.hosts), "canary host"),
                                  count, list_of(printable_names(distinct))));
    }
    if (!request_.canary_hosts.empty()) {
      // Names given by hand come without labels: there is nothing to compare.
      if (!expect.label.empty()) {
        warnings_.emplace_back(
            "`expect.label` was not checked: the canary's hosts were named by hand");
      }
      return unmet;
    }
    for (const auto& [label, text] : expect.label) {
      const auto wanted = render_text(text, request_.variables);
      if (!wanted) return unexpected(wanted.error());
      for (const Host& host : canary) {
        const auto own = host.labels.find(label);
        if (own != host.labels.end() && own->second == *wanted) continue;
        unmet.push_back(
            own == host.labels.end()
                ? fmt::format("canary host {} has no '{}', expected '{}'", printable(host.name),
                              printable(label), printable(*wanted))
                : fmt::format("canary host {} has {} '{}', expected '{}'", printable(host.name),
                              printable(label), printable(own->second), printable(*wanted)));
      }
    }
    sort_unique(unmet);
    return unmet;
  }

  [[nodiscard]] bool is_listed_by_tags() const {
    return request_.canary_hosts.empty() && request_.check.canary.kind == GroupSpec::Kind::tags;
  }

  const RosterRequest& request_;
  const Ports& ports_;
  Duration deadline_;
  std::map<std::string, std::unique_ptr<DiscoverySource>> sources_;
  std::vector<std::string> warnings_;
};

}  // namespace

Result<Roster> find_hosts(const RosterRequest& request, const Ports& ports, Duration patience) {
  return RosterFinder(request, ports, patience).find();
}

}  // namespace canarygate
