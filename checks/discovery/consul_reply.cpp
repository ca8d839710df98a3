#include "checks/discovery/consul_reply.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "checks/address.h"
#include "checks/discovery/reply.h"
#include "checks/text.h"

namespace canarygate {

namespace {

using Texts = std::vector<std::string>;
using TextMap = std::map<std::string, std::string>;

const std::string& worse_status(const std::string& a, const std::string& b) {
  constexpr std::array<std::string_view, 3> kOrder = {"passing", "warning", "critical"};
  const auto rank = [&](const std::string& status) { return std::ranges::find(kOrder, status); };
  return rank(b) > rank(a) ? b : a;
}

ConsulInstance read_instance(ReplyReader& reader, ReplyReader::Element entry) {
  ConsulInstance instance;
  if (const auto node = reader.field(entry, "Node")) {
    instance.node = reader.text(*node, "Node");
    instance.address = reader.text(*node, "Address");
    instance.node_meta = reader.text_map(*node, "Meta");
  }
  if (const auto service = reader.field(entry, "Service")) {
    instance.id = reader.text(*service, "ID");
    instance.port = reader.port(*service, "Port");
    instance.partition = reader.text(*service, "Partition");
    instance.tags = reader.texts(*service, "Tags");
    instance.meta = reader.text_map(*service, "Meta");
    // A service registered without an address of its own is at its node's.
    const std::string own = reader.text(*service, "Address");
    if (!own.empty()) instance.address = own;
  }
  for (const auto& check : reader.list(entry, "Checks")) {
    const std::string status = reader.text(check, "Status");
    instance.status = worse_status(instance.status, status);
  }
  return instance;
}

bool has_tag(const ConsulInstance& instance, const std::string& tag) {
  return std::ranges::any_of(instance.tags, [wanted = to_lower(tag)](const std::string& own) {
    return to_lower(own) == wanted;
  });
}

bool meets(const ConsulInstance& instance, const Config& selection) {
  const auto has = [&](const std::string& tag) { return has_tag(instance, tag); };
  const auto any = selection.get<Texts>("any_tags");
  return std::ranges::all_of(selection.get<Texts>("tags"), has) &&
         (any.empty() || std::ranges::any_of(any, has)) &&
         std::ranges::none_of(selection.get<Texts>("not_tags"), has) &&
         std::ranges::all_of(selection.get<TextMap>("node_meta"), [&](const auto& wanted) {
           const auto found = instance.node_meta.find(wanted.first);
           return found != instance.node_meta.end() && found->second == wanted.second;
         });
}

std::string name_of(const ConsulInstance& instance, const std::string& as) {
  if (as == "node") return instance.node;
  if (instance.address.empty() || as == "address") return instance.address;
  return with_port(instance.address, instance.port);
}

TextMap labels_of(const ConsulInstance& instance) {
  TextMap labels = instance.meta;
  labels.emplace("node", instance.node);
  labels.emplace("service_id", instance.id);
  labels.emplace("tags", join(instance.tags, ","));
  return labels;
}

std::string printable_list(Texts names) {
  std::ranges::sort(names);
  for (std::string& name : names) name = printable(name);
  return list_of(names);
}

void add_condition(Texts& conditions, const char* intro, const char* separator,
                   const Texts& values) {
  Texts quoted;
  for (const std::string& value : values) quoted.push_back("'" + printable(value) + "'");
  if (!quoted.empty()) conditions.push_back(intro + join(quoted, separator));
}

}  // namespace

Result<std::map<std::string, Texts>, std::string> parse_consul_services(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not complete JSON"));
  }
  simdjson::dom::object services;
  if (document.get(services) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not a list of services"));
  }
  std::map<std::string, Texts> tags;
  ReplyReader reader;
  for (const auto& [name, value] : services) {
    reader.enter(fmt::format("service '{}'", printable(shorten(name, 60))));
    tags.emplace(name, reader.texts(document, std::string(name).c_str()));
  }
  if (!reader.complaint().empty()) return unexpected(reader.complaint());
  return tags;
}

Result<std::vector<ConsulInstance>, std::string> parse_consul_instances(std::string_view json) {
  simdjson::dom::parser parser;
  simdjson::dom::element document;
  if (parser.parse(json.data(), json.size()).get(document) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not complete JSON"));
  }
  simdjson::dom::array entries;
  if (document.get(entries) != simdjson::SUCCESS) {
    return unexpected(std::string("it is not a list of service instances"));
  }
  std::vector<ConsulInstance> instances;
  ReplyReader reader;
  for (const simdjson::dom::element entry : entries) {
    const std::string part = fmt::format("instance {}", instances.size() + 1);
    reader.enter(part);
    if (!reader.field(entry, "Node") || !reader.field(entry, "Service")) {
      return unexpected(part + " has no 'Node' and 'Service'");
    }
    instances.push_back(read_instance(reader, entry));
    if (!reader.complaint().empty()) return unexpected(reader.complaint());
  }
  return instances;
}

Found select_consul_hosts(const std::vector<ConsulInstance>& instances, const Config& selection) {
  const auto as = selection.get<std::string>("as", "address:port");
  const bool passing_only = selection.get<bool>("passing", true);
  Found found;
  Texts not_passing;
  Texts nameless;
  for (const ConsulInstance& instance : instances) {
    if (!meets(instance, selection)) continue;
    const std::string name = name_of(instance, as);
    const std::string shown = name.empty() ? instance.id : name;
    if (passing_only && instance.status != "passing") {
      not_passing.push_back(fmt::format("{} ({})", shown, instance.status));
    } else if (name.empty()) {
      nameless.push_back(instance.id);
    } else {
      found.hosts.push_back({name, labels_of(instance)});
    }
  }
  if (!not_passing.empty()) {
    found.warnings.push_back(fmt::format("left out {} that Consul does not call passing: {}",
                                         count_of(not_passing.size(), "instance"),
                                         printable_list(not_passing)));
  }
  if (!nameless.empty()) {
    found.warnings.push_back(
        fmt::format("left out {} without {}: {}", count_of(nameless.size(), "instance"),
                    as == "node" ? "a node name" : "an address", printable_list(nameless)));
  }
  return found;
}

std::string describe_consul_conditions(const Config& selection) {
  Texts conditions;
  add_condition(conditions, "tag ", " and ", selection.get<Texts>("tags"));
  add_condition(conditions, "any of the tags ", ", ", selection.get<Texts>("any_tags"));
  add_condition(conditions, "none of the tags ", ", ", selection.get<Texts>("not_tags"));
  for (const auto& [name, value] : selection.get<TextMap>("node_meta")) {
    add_condition(conditions, "node metadata ", "", {name + ": " + value});
  }
  return join(conditions, ", ");
}

}  // namespace canarygate
