#include "checks/address.h"
#include "checks/discovery/source.h"

namespace canarygate {

namespace {

/// Names written in the check itself. Asks nobody.
class ListedHosts : public DiscoverySource {
 public:
  Result<Found> find(const Config& selection, Duration) override {
    const bool bare = selection.get<std::string>("as") == "address";
    Found found;
    for (const std::string& name : selection.get<std::vector<std::string>>("names")) {
      if (name.empty()) return fail(ErrorKind::discovery, "`hosts` holds an empty name; remove it");
      found.hosts.push_back({bare ? without_port(name) : name, {}});
    }
    if (found.hosts.empty()) {
      // Without `names` at all it is asked for the rest.
      found.why_nobody =
          selection.has("names")
              ? "the list of `hosts` is empty; name at least one"
              : "a list of `hosts` knows no others for `rest`; list the baseline too";
    }
    return found;
  }
};

Result<std::unique_ptr<DiscoverySource>> make(const Config&, const Ports&) {
  return std::unique_ptr<DiscoverySource>(std::make_unique<ListedHosts>());
}

}  // namespace

SourceType hosts_source() {
  return {"hosts",
          "a list of names in the check itself",
          {},
          {
              {"names", KeyKind::text_list, true, "the hosts, as the metrics name them"},
              {"as",
               KeyKind::choice,
               false,
               "as written, or without ports (default address:port)",
               {"address:port", "address"}},
          },
          {"names"},
          make};
}

}  // namespace canarygate
