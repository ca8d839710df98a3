/// The explanation's blocks as HTML.
#pragma once

#include <span>
#include <string>

#include "pipelines/explanation/explanation.h"

namespace canarygate::html {

/// Headings are of the second level. Tables of metrics are left out: the page has its own.
[[nodiscard]] std::string blocks(std::span<const Block> blocks);

}  // namespace canarygate::html
