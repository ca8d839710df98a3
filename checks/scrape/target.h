/// The labels that a series gets from the target it was scraped from, by Prometheus' rules
/// (`honor_labels: false`).
#pragma once

#include <string_view>

#include "checks/promql/samples.h"

namespace canarygate::scrape {

/// `instance`, which is the host's name, and the configured ones.
[[nodiscard]] promql::Labels target_labels(std::string_view host, const promql::Labels& configured);

/// The target's labels win: one of `exposed` with such a name is kept as `exported_NAME`, with one
/// `exported_` more as long as that is taken.
[[nodiscard]] promql::Labels with_target_labels(const promql::Labels& exposed,
                                                const promql::Labels& target);

/// Whether a label may have that name.
[[nodiscard]] bool is_label_name(std::string_view name);

}  // namespace canarygate::scrape
