#include <fmt/format.h>
#include <unistd.h>

#include "checks/text.h"
#include "cli/commands.h"
#include "cli/init/ask.h"
#include "cli/init/consul.h"
#include "cli/init/files.h"
#include "cli/init/prometheus.h"
#include "pipelines/doctor/listening_http.h"

namespace canarygate {

namespace {

using init::Naming;

constexpr Duration kLongest = std::chrono::seconds(15);  ///< for one answer

std::string no_address(const std::string& url) {
  return url.empty() || is_address(with_scheme(url))
             ? ""
             : "expected an address like http://prometheus.example.com:9090";
}

std::string no_name(const std::string& name) {
  return is_file_name(name) ? "" : "a name has letters, digits, '.', '_' and '-'";
}

/// One run of `init`: asks, looks, proposes, writes.
class Init {
 public:
  Init(const Options& options, const Ports& ports, Console& console)
      : given_(options.init),
        http_(ports.http, ports.clock, kLongest),
        ports_{http_, ports.clock, ports.variables, ports.processes, ports.interrupt},
        console_(console),
        asker_(console.out, ports.interrupt),
        asks_(!given_.yes && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1) {}

  int run() {
    const std::filesystem::path folder = given_.folder.empty() ? "." : given_.folder;
    if (const int code = refuse_existing({{"canarygate.yaml", ""}, {"canarygate.yml", ""}}, folder))
      return code;
    if (asks_) {
      console_.out << "A few questions. Enter takes what is in brackets, - is for none.\n\n";
    }
    if (!choose_hosts() || !choose_metrics() || !choose_names()) return gave_up();
    const auto files = init::files_of(plan_);
    if (const int code = refuse_existing(files, folder)) return code;
    if (asks_ && !asker_.agree("Write it?")) return gave_up();
    if (const Status written = init::write_all(folder, files); !written) {
      console_.err << "canarygate: " << printable(written.error().text) << "\n";
      return 2;
    }
    tell(folder, files);
    return 0;
  }

 private:
  int refuse_existing(const std::vector<init::NewFile>& files,
                      const std::filesystem::path& folder) {
    const auto there = init::existing(folder, files);
    if (there.empty()) return 0;
    console_.err << fmt::format(
        "canarygate: {} {} there already, and init writes over nothing; name another folder, or "
        "add files to that one by hand\n",
        printable(list_of(there, 10)), there.size() == 1 ? "is" : "are");
    return 2;
  }

  int gave_up() {
    console_.err << "\ncanarygate: nothing was written\n";
    return ports_.interrupt.raised() ? 128 + ports_.interrupt.signal() : 2;
  }

  void note(const std::string& text) { console_.err << "note: " << printable(text) << "\n"; }

  /// By a flag, else by a question; without a terminal what is usual where `or_usual`.
  bool choose(std::string& into, const std::string& given, const std::string& question,
              const std::string& usual, bool or_usual,
              const std::function<std::string(const std::string&)>& objection = nullptr) {
    into = given;
    if (!given.empty()) return true;
    if (!asks_) {
      if (or_usual) into = usual;
      return true;
    }
    const auto answer = asker_.ask(question, usual, objection);
    if (!answer) return false;
    into = *answer;
    return true;
  }

  bool choose_hosts() {
    if (given_.canary.empty()) {
      const std::string usual =
          with_scheme(ports_.variables.get("CONSUL_HTTP_ADDR").value_or("http://127.0.0.1:8500"));
      if (!choose(plan_.consul, given_.consul, "Consul's address", usual, false, no_address)) {
        return false;
      }
      plan_.consul = with_scheme(plan_.consul);
    }
    if (!plan_.consul.empty() && !choose_service()) return false;
    if (!plan_.service.empty()) return true;
    plan_.canary = given_.canary;
    plan_.baseline = given_.baseline;
    if (asks_ && plan_.canary.empty()) {
      const auto canary =
          asker_.ask("Canary hosts, as the metrics call them (a,b; Enter: later)", "");
      if (!canary) return false;
      if (canary->empty()) return true;
      const auto baseline =
          asker_.ask("The hosts to compare them with (a,b)", "", [](const std::string& hosts) {
            return hosts.empty() ? "without any there is nothing to compare with" : "";
          });
      if (!baseline) return false;
      plan_.canary = listed(*canary);
      plan_.baseline = listed(*baseline);
    }
    if (!plan_.canary.empty()) namings_ = {Naming{"", plan_.canary, plan_.baseline}};
    return true;
  }

  static std::vector<std::string> listed(const std::string& text) {
    std::vector<std::string> names;
    for (const std::string& part : split(text, ',')) {
      if (!trim(part).empty()) names.emplace_back(trim(part));
    }
    return names;
  }

  bool choose_service() {
    plan_.consul_token_env = given_.consul_token_env;
    if (plan_.consul_token_env.empty() && ports_.variables.get("CONSUL_HTTP_TOKEN")) {
      plan_.consul_token_env = "CONSUL_HTTP_TOKEN";
    }
    init::ConsulSurvey consul(plan_.consul, plan_.consul_token_env, ports_);
    const auto services = consul.services();
    if (!services) {
      note(services.error().text);
      plan_.service = given_.service;
      plan_.canary_tag = given_.canary_tag.empty() ? "canary" : given_.canary_tag;
      return true;
    }
    std::vector<std::string> names;
    std::vector<std::string> with_canary;
    for (const auto& [name, tags] : *services) {
      names.push_back(name);
      if (!init::canary_like(tags).empty()) with_canary.push_back(name);
    }
    if (asks_ && given_.service.empty()) {
      console_.out << fmt::format("  {}: {}\n", count_of(names.size(), "service"),
                                  printable(list_of(names, 10)));
      if (!with_canary.empty()) {
        console_.out << "  with a tag like canary: " << printable(list_of(with_canary, 10)) << "\n";
      }
    }
    const auto unknown = [&](const std::string& name) -> std::string {
      if (name.empty() || services->contains(name)) return "";
      const std::string meant = nearest(name, names);
      return fmt::format("Consul has no service '{}'{}", printable(name),
                         meant.empty() ? "" : "; did you mean '" + printable(meant) + "'?");
    };
    if (!choose(plan_.service, given_.service, "Service",
                with_canary.size() == 1 ? with_canary.front() : "", true, unknown)) {
      return false;
    }
    if (plan_.service.empty()) return true;
    if (const std::string why = unknown(plan_.service); !why.empty()) note(why);
    return choose_tag(consul, *services);
  }

  bool choose_tag(init::ConsulSurvey& consul, const init::Services& services) {
    const auto tags = services.find(plan_.service);
    const auto alike =
        tags == services.end() ? std::vector<std::string>{} : init::canary_like(tags->second);
    if (!choose(plan_.canary_tag, given_.canary_tag, "The tag that its canaries carry",
                alike.empty() ? "canary" : alike.front(), true, [](const std::string& tag) {
                  return tag.empty() ? "they must be told from the others by a tag" : "";
                })) {
      return false;
    }
    auto hosts = consul.hosts(plan_.service, plan_.canary_tag);
    if (!hosts) {
      note(hosts.error().text);
      return true;
    }
    namings_ = std::move(*hosts);
    console_.out << fmt::format("Consul lists {} of {} with the tag {} and {} without\n",
                                count_of(namings_.front().canary.size(), "host"),
                                printable(plan_.service), printable(plan_.canary_tag),
                                namings_.front().baseline.size());
    return true;
  }

  bool choose_metrics() {
    if (!choose(plan_.url, given_.url, "Prometheus' address", "http://127.0.0.1:9090", false,
                no_address)) {
      return false;
    }
    plan_.url = with_scheme(plan_.url);
    plan_.token_env = given_.token_env;
    if (!plan_.url.empty()) propose_metrics();
    return true;
  }

  void propose_metrics() {
    init::PrometheusSurvey prometheus(plan_.url, plan_.token_env, ports_);
    if (const Status answers = prometheus.greet(); !answers) return note(answers.error().text);
    if (namings_.empty()) {
      return note("no hosts are known, so no metrics are proposed; the check has the usual ones");
    }
    const auto match = prometheus.match(namings_);
    if (!match) return note(match.error().text);
    if (!plan_.service.empty() && match->as != "address:port") plan_.as = match->as;
    if (match->unseen > 0) {
      note(fmt::format("{} has no series of {}; the metrics are those of the other {}",
                       prometheus.server(), count_of(match->unseen, "host"), match->names.size()));
    }
    if (match->hosts.label != "instance") plan_.host_label = match->hosts.label;
    plan_.scrape_interval = prometheus.scrape_interval(*match);
    const auto exposed = prometheus.exposed(*match);
    if (!exposed) return note(exposed.error().text);
    auto proven =
        prometheus.prove(init::propose(*exposed, match->hosts), *match, plan_.scrape_interval);
    for (init::ProposedMetric& metric : proven.good) metric.name = shorten(metric.name, 60);
    plan_.metrics = std::move(proven.good);
    console_.out << fmt::format(
        "{} exposes {} of these hosts; proposed, with numbers for each of {}:\n",
        prometheus.server(), count_of(exposed->size(), "metric"),
        count_of(match->names.size(), "host"));
    for (const init::ProposedMetric& metric : plan_.metrics) {
      console_.out << fmt::format("  {}  ({})\n", printable(metric.name), printable(metric.source));
    }
    if (plan_.metrics.empty())
      console_.out << "  none; the check has the usual ones as a template\n";
    for (const std::string& left_out : proven.left_out)
      console_.out << "  left out: " << left_out << "\n";
  }

  bool choose_names() {
    const std::string usual = is_file_name(plan_.service) ? plan_.service : "web";
    return choose(plan_.check, given_.check, "The check's name", usual, true, no_name) &&
           choose(plan_.environment, given_.environment, "The environment's name", "production",
                  true, no_name);
  }

  void tell(const std::filesystem::path& folder, const std::vector<init::NewFile>& files) {
    console_.out << "\n";
    for (const init::NewFile& file : files) {
      console_.out << "wrote " << printable((folder / file.path).lexically_normal().string())
                   << "\n";
    }
    const std::string here = folder == "." ? "" : " --config " + printable(folder.string());
    console_.out << fmt::format(
        "\nNext:\n"
        "  canarygate validate{1}               # after each change, offline\n"
        "  canarygate explain {0}{1}            # hosts, queries, and how small a change it could "
        "catch\n"
        "  canarygate check {0}{1} --soft-fail  # right after a deploy to the canary\n",
        plan_.check, here);
  }

  const InitOptions& given_;
  doctor::ListeningHttp http_;  // who waits for an answer wants to know now that there is none
  Ports ports_;
  Console& console_;
  init::Asker asker_;
  bool asks_;
  init::Plan plan_;
  std::vector<Naming> namings_;
};

}  // namespace

int run_init(const Options& options, const Ports& ports, Console& console) {
  return Init(options, ports, console).run();
}

}  // namespace canarygate
