#include "checks/scrape/store.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "checks/scrape/target.h"
#include "checks/text.h"

namespace canarygate::scrape {

namespace {

using promql::Labels;

constexpr std::string_view kName = "__name__";
// What is dated ahead would stand for moments that nobody has seen yet, a deploy's among them.
constexpr std::int64_t kMostAhead = Duration(std::chrono::seconds(1)).count();
// However little memory is left for a series.
constexpr std::size_t kFewestSamples = 32;
constexpr std::size_t kLongestName = 500;
constexpr std::size_t kFewestKnownBytes = 64U << 10U;

}  // namespace

struct Store::Series {
  Ring ring;
  const std::string* name = nullptr;  // the metric's
  std::size_t bytes = 0;              // of its labels
  std::uint64_t seen = 0;             // the latest scrape that had it
  bool exposed = false;               // in the latest scrape, with the scrape's own time
};

struct Store::Host {
  std::string name;
  Labels target;
  std::map<Labels, Series> series;
  ByText<Series*> known;  // what an exposed identity is; null: not wanted
  std::size_t known_bytes = 0;
  std::uint64_t scrapes = 0;
};

Store::Store(Labels labels, Bounds bounds)
    : labels_(std::move(labels)), bounds_(bounds), limit_(bounds.samples_of_series) {}

Store::~Store() = default;

void Store::watch(const std::vector<std::string>& hosts, std::vector<Selector> selectors) {
  selectors_ = std::move(selectors);
  overflow_.reset();
  for (auto& [name, wanted] : names_) wanted = any_accepts_name(name);
  std::map<std::string, std::unique_ptr<Host>> all;
  for (const std::string& name : hosts) {
    const auto before = hosts_.find(name);
    std::unique_ptr<Host>& host = all[name];
    if (before != hosts_.end()) host = std::move(before->second);
    if (host != nullptr) continue;
    host = std::make_unique<Host>();
    host->name = name;
    host->target = target_labels(name, labels_);
  }
  hosts_ = std::move(all);

  series_count_ = label_bytes_ = allocated_ = 0;
  for (auto& [name, host] : hosts_) {
    // What an identity is may have changed with the selectors.
    host->known.clear();
    host->known_bytes = 0;
    std::erase_if(host->series, [&](const auto& entry) { return !any_accepts(entry.first); });
    series_count_ += host->series.size();
    for (const auto& [labels, series] : host->series) {
      label_bytes_ += series.bytes;
      allocated_ += series.ring.allocated();
    }
  }
}

Result<Taken, std::string> Store::add(const std::string& name, const Scrape& scrape) {
  Host& host = *hosts_.at(name);
  const std::int64_t time = scrape.time.time_since_epoch().count();
  pending_.clear();
  std::size_t samples = 0;
  if (auto fault = read(host, scrape, samples)) {
    add_failure(name, scrape.time);
    return unexpected(std::move(*fault));
  }
  ++host.scrapes;
  Taken taken = commit(host, time);
  taken.samples = samples;
  end_series(host, time);
  report(host, "up", {time, 1});
  report(host, "scrape_samples_scraped", {time, static_cast<double>(samples)});
  report(host, "scrape_duration_seconds",
         {time, std::chrono::duration<double>(scrape.took).count()});
  return taken;
}

void Store::add_failure(const std::string& name, TimePoint at) {
  Host& host = *hosts_.at(name);
  const std::int64_t time = at.time_since_epoch().count();
  ++host.scrapes;
  end_series(host, time);
  report(host, "up", {time, 0});
}

std::optional<std::string> Store::read(Host& host, const Scrape& scrape, std::size_t& samples) {
  const std::int64_t scrape_time = scrape.time.time_since_epoch().count();
  ExpositionReader reader(scrape.body, scrape.format);
  ExposedSample exposed;
  std::string_view name;
  bool wanted = false;
  while (true) {
    const auto more = reader.next(exposed);
    if (!more) return fmt::format("line {}: {}", more.error().line, more.error().text);
    if (!*more) return std::nullopt;
    ++samples;
    if (exposed.name != name) wanted = wants_name(exposed.name);
    name = exposed.name;
    if (!wanted) continue;
    auto series = series_of(host, exposed.identity);
    if (!series) return std::move(series.error());
    if (*series == nullptr) continue;
    const std::int64_t time = exposed.time.value_or(scrape_time);
    pending_.push_back({*series, {time, exposed.value}, exposed.time.has_value()});
  }
}

Taken Store::commit(Host& host, std::int64_t time) {
  Taken taken;
  for (const Pending& next : pending_) {
    Series& series = *next.series;
    const auto samples = series.ring.samples();
    const bool is_newer = samples.empty() || next.sample.time > samples.back().time;
    if (!is_newer && series.seen == host.scrapes) {
      if (++taken.repeated == 1) taken.repeated_name = *series.name;
    }
    series.seen = host.scrapes;
    series.exposed = !next.own_time;
    if (is_newer && next.sample.time <= time + kMostAhead) append(series, next.sample);
  }
  return taken;
}

void Store::end_series(Host& host, std::int64_t time) {
  for (auto& [labels, series] : host.series) {
    if (!series.exposed || series.seen == host.scrapes) continue;
    series.exposed = false;
    append(series, {time, promql::stale_marker()});
  }
}

void Store::report(Host& host, std::string_view name, promql::Sample sample) {
  Labels labels = host.target;
  labels.emplace(kName, name);
  if (!any_accepts(labels)) return;
  const auto series = series_with(host, std::move(labels), name.size());
  if (series) append(**series, sample);
}

bool Store::any_accepts_name(std::string_view name) const {
  return std::ranges::any_of(selectors_, [&](const Selector& selector) {
    return std::ranges::all_of(selector, [&](const promql::Matcher& matcher) {
      return matcher.label != kName || matcher.accepts(name);
    });
  });
}

bool Store::any_accepts(const Labels& labels) const {
  return std::ranges::any_of(
      selectors_, [&](const Selector& selector) { return promql::accepts(selector, labels); });
}

bool Store::wants_name(std::string_view name) {
  const auto known = names_.find(name);
  if (known != names_.end()) return known->second;
  const bool wanted = any_accepts_name(name);
  const bool has_room = names_.size() < bounds_.names && name.size() <= kLongestName;
  if (has_room) names_.emplace(name, wanted);
  return wanted;
}

Result<Store::Series*, std::string> Store::series_of(Host& host, std::string_view identity) {
  const auto known = host.known.find(identity);
  if (known != host.known.end()) return known->second;
  auto exposed = labels_of(identity);
  if (!exposed) {
    return unexpected(
        fmt::format("{} in '{}'", exposed.error(), printable(shorten(identity, 200))));
  }
  Labels labels = with_target_labels(*exposed, host.target);
  Series* series = nullptr;
  if (any_accepts(labels)) {
    const auto found = series_with(host, std::move(labels), identity.size());
    if (!found) return unexpected(found.error());
    series = *found;
  }
  remember(host, identity, series);
  return series;
}

Result<Store::Series*, std::string> Store::series_with(Host& host, Labels labels,
                                                       std::size_t bytes) {
  const auto known = host.series.find(labels);
  if (known != host.series.end()) return &known->second;
  const auto refuse = [&](const std::string& who, std::size_t most, std::string_view what) {
    overflow_ = fmt::format("{} more than {} {} that the queries read; narrow their selectors", who,
                            most, what);
    return unexpected(*overflow_);
  };
  if (host.series.size() >= bounds_.series_of_host) {
    return refuse(printable(host.name) + " exposed", bounds_.series_of_host, "series");
  }
  if (series_count_ >= bounds_.series) {
    return refuse("the hosts together exposed", bounds_.series, "series");
  }
  if (bytes > bounds_.label_bytes - label_bytes_) {
    return refuse("the hosts together exposed", bounds_.label_bytes, "bytes of labels of series");
  }
  ++series_count_;
  label_bytes_ += bytes;
  const auto added = host.series.try_emplace(std::move(labels)).first;
  added->second.name = &added->first.at(std::string(kName));
  added->second.bytes = bytes;
  return &added->second;
}

void Store::remember(Host& host, std::string_view identity, Series* series) const {
  const std::size_t share = std::max(kFewestKnownBytes, bounds_.known_bytes / hosts_.size());
  if (host.known_bytes + identity.size() > share) {
    host.known.clear();
    host.known_bytes = 0;
  }
  if (identity.size() > share) return;
  host.known_bytes += identity.size();
  host.known.emplace(identity, series);
}

void Store::append(Series& series, promql::Sample sample) {
  const std::size_t before = series.ring.allocated();
  series.ring.append(sample, limit_);
  allocated_ += series.ring.allocated() - before;
  note_cut(series.ring);
  if (allocated_ > bounds_.samples) shorten_all();
}

void Store::note_cut(const Ring& ring) {
  if (!ring.cut()) return;
  const TimePoint cut{Duration(*ring.cut())};
  cut_ = std::max(cut_.value_or(cut), cut);
}

void Store::shorten_all() {
  // A ring has memory for a quarter more than its limit, and one.
  const std::size_t share = (bounds_.samples / series_count_ - 1) * 4 / 5;
  limit_ = std::max(kFewestSamples, std::min(limit_ / 2, share));
  allocated_ = 0;
  for (auto& [name, host] : hosts_) {
    for (auto& [labels, series] : host->series) {
      series.ring.shorten(limit_);
      note_cut(series.ring);
      allocated_ += series.ring.allocated();
    }
  }
}

std::vector<promql::StoredSeries> Store::select(std::span<const promql::Matcher> matchers) const {
  std::vector<promql::StoredSeries> found;
  for (const auto& [name, host] : hosts_) {
    for (const auto& [labels, series] : host->series) {
      const auto samples = series.ring.samples();
      if (!samples.empty() && promql::accepts(matchers, labels))
        found.push_back({&labels, samples});
    }
  }
  return found;
}

std::vector<std::string> Store::names() const {
  std::vector<std::string> names;
  names.reserve(names_.size());
  for (const auto& [name, wanted] : names_) names.push_back(name);
  std::ranges::sort(names);
  return names;
}

}  // namespace canarygate::scrape
