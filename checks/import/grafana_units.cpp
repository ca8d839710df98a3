#include "checks/import/grafana_units.h"

#include <array>
#include <string_view>
#include <utility>

namespace canarygate {

std::optional<std::string> unit_of_grafana(const std::string& unit) {
  using Pair = std::pair<std::string_view, std::string_view>;
  constexpr std::array<Pair, 56> kUnits = {{{"", "none"},
                                            {"none", "none"},
                                            {"short", "none"},
                                            {"locale", "none"},
                                            {"percentunit", "none"},
                                            {"percent", "%"},
                                            {"ns", "ns"},
                                            {"µs", "us"},
                                            {"ms", "ms"},
                                            {"s", "s"},
                                            {"m", "min"},
                                            {"h", "h"},
                                            {"d", "d"},
                                            {"dtdurationms", "ms"},
                                            {"dtdurations", "s"},
                                            {"clockms", "ms"},
                                            {"clocks", "s"},
                                            {"bytes", "bytes"},
                                            {"decbytes", "bytes"},
                                            {"kbytes", "KiB"},
                                            {"mbytes", "MiB"},
                                            {"gbytes", "GiB"},
                                            {"tbytes", "TiB"},
                                            {"deckbytes", "KB"},
                                            {"decmbytes", "MB"},
                                            {"decgbytes", "GB"},
                                            {"dectbytes", "TB"},
                                            {"bits", "bits"},
                                            {"decbits", "bits"},
                                            {"Bps", "bytes/s"},
                                            {"binBps", "bytes/s"},
                                            {"KBs", "KB/s"},
                                            {"MBs", "MB/s"},
                                            {"GBs", "GB/s"},
                                            {"TBs", "TB/s"},
                                            {"KiBs", "KiB/s"},
                                            {"MiBs", "MiB/s"},
                                            {"GiBs", "GiB/s"},
                                            {"TiBs", "TiB/s"},
                                            {"bps", "bits/s"},
                                            {"binbps", "bits/s"},
                                            {"pps", "1/s"},
                                            {"hertz", "1/s"},
                                            {"cps", "1/s"},
                                            {"ops", "1/s"},
                                            {"reqps", "1/s"},
                                            {"rps", "1/s"},
                                            {"wps", "1/s"},
                                            {"iops", "1/s"},
                                            {"eps", "1/s"},
                                            {"mps", "1/s"},
                                            {"cpm", "1/min"},
                                            {"opm", "1/min"},
                                            {"rpm", "1/min"},
                                            {"reqpm", "1/min"},
                                            {"wpm", "1/min"}}};
  for (const auto& [theirs, ours] : kUnits) {
    if (theirs == unit) return std::string(ours);
  }
  return std::nullopt;
}

}  // namespace canarygate
