/// The page around the checks: head, Content-Security-Policy, style, data and script. It asks the
/// network for nothing, and is allowed to ask for nothing.
#pragma once

#include <span>
#include <string>

#include "pipelines/report.h"

namespace canarygate::html {

/// One check's part of the page, and what the script needs of it.
struct Article {
  std::string html;
  std::string data;  ///< of chart_data()
};

/// `number` makes its ids unique; `alone`: its headline is the page's.
[[nodiscard]] Article article(const Report& report, std::size_t number, bool alone);

[[nodiscard]] std::string document(std::span<const Report> reports);

}  // namespace canarygate::html
