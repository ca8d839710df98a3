/// What was scraped, as far as a watched query reads it.
///
/// Memory is bounded whatever the hosts expose: by samples of a series, series of a host, series
/// and samples in all. Where memory runs short every series loses its oldest samples, which
/// `cut()` tells; more series than the bounds allow are refused, never a part of them.
/// Staleness is Prometheus': a series that vanished from a scrape, and all series of a host whose
/// scrape failed, get a marker at that scrape's time, unless the target sets their time itself.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "checks/clock.h"
#include "checks/promql/matcher.h"
#include "checks/promql/samples.h"
#include "checks/result.h"
#include "checks/scrape/exposition.h"
#include "checks/scrape/ring.h"

namespace canarygate::scrape {

using Selector = std::vector<promql::Matcher>;

/// 400 MB of samples, and some 200 MB of labels and what finds them.
struct Bounds {
  std::size_t samples = 25'000'000;
  std::size_t samples_of_series = 14'400;  ///< four hours of one a second
  std::size_t series = 200'000;
  std::size_t series_of_host = 10'000;
  std::size_t label_bytes = 64U << 20U;  ///< of all series together, as they are exposed
  std::size_t known_bytes = 64U << 20U;  ///< of the text that need not be read again, all hosts
  std::size_t names = 20'000;
};

/// One reply of a host.
struct Scrape {
  TimePoint time;    ///< when it began
  Duration took{0};  ///< for `scrape_duration_seconds`
  std::string_view body;
  Format format = Format::text;
};

/// What was taken from it.
struct Taken {
  std::size_t samples = 0;  ///< in the reply, wanted or not
  /// How many came twice in it and what the first of them was: the first value is kept.
  std::size_t repeated = 0;
  std::string repeated_name;
};

class Store : public promql::SampleSource {
 public:
  /// `labels`: given to every series; no `instance` or `__name__` among them.
  explicit Store(promql::Labels labels, Bounds bounds = {});
  ~Store() override;

  /// Keeps from now on what `selectors` accept, of these hosts. What was kept and is not wanted any
  /// more is forgotten.
  void watch(const std::vector<std::string>& hosts, std::vector<Selector> selectors);

  /// Takes a reply in, or nothing of it: then it is a failed scrape of its time, and the error says
  /// why (`line 3: …`). `name` is that of a host that is watched.
  [[nodiscard]] Result<Taken, std::string> add(const std::string& name, const Scrape& scrape);
  void add_failure(const std::string& name, TimePoint at);

  /// Sorted by host, then by labels.
  [[nodiscard]] std::vector<promql::StoredSeries> select(
      std::span<const promql::Matcher> matchers) const override;

  /// Why a part of what the queries read could not be kept; nothing while it could.
  [[nodiscard]] const std::optional<std::string>& overflow() const { return overflow_; }
  /// Not all samples up to here are kept; nothing while they are.
  [[nodiscard]] std::optional<TimePoint> cut() const { return cut_; }
  /// The metrics' names that some host exposed, sorted; the first `Bounds::names` of them.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool exposes(std::string_view name) const { return names_.contains(name); }

 private:
  struct Series;
  struct Host;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };
  template <typename T>
  using ByText = std::unordered_map<std::string, T, TextHash, std::equal_to<>>;

  struct Pending {
    Series* series;
    promql::Sample sample;
    bool own_time;
  };

  [[nodiscard]] std::optional<std::string> read(Host& host, const Scrape& scrape,
                                                std::size_t& samples);
  [[nodiscard]] Taken commit(Host& host, std::int64_t time);
  void report(Host& host, std::string_view name, promql::Sample sample);
  void end_series(Host& host, std::int64_t time);
  [[nodiscard]] bool wants_name(std::string_view name);
  [[nodiscard]] bool any_accepts_name(std::string_view name) const;
  [[nodiscard]] bool any_accepts(const promql::Labels& labels) const;
  [[nodiscard]] Result<Series*, std::string> series_of(Host& host, std::string_view identity);
  [[nodiscard]] Result<Series*, std::string> series_with(Host& host, promql::Labels labels,
                                                         std::size_t bytes);
  void remember(Host& host, std::string_view identity, Series* series) const;
  void append(Series& series, promql::Sample sample);
  void shorten_all();
  void note_cut(const Ring& ring);

  promql::Labels labels_;
  Bounds bounds_;
  std::vector<Selector> selectors_;
  std::map<std::string, std::unique_ptr<Host>> hosts_;
  ByText<bool> names_;  // whether a selector may want it
  std::vector<Pending> pending_;
  std::size_t series_count_ = 0;
  std::size_t label_bytes_ = 0;
  std::size_t allocated_ = 0;  // samples
  std::size_t limit_;          // samples of a series, for now
  std::optional<TimePoint> cut_;
  std::optional<std::string> overflow_;
};

}  // namespace canarygate::scrape
