/// The page around the checks: head, Content-Security-Policy, style, data and script. It asks the
/// network for nothing, and is allowed to ask for nothing.
#pragma once

#include <span>
#include <string>

#include "pipelines/explanation/explanation.h"
#include "pipelines/report.h"

namespace canarygate::html {

/// One check's part of the page, and what the script needs of it.
struct Article {
  std::string html;
  std::string data;  ///< of chart_data()
};

/// `number` makes its ids unique; `alone`: its headline is the page's.
[[nodiscard]] Article article(const Report& report, std::size_t number, bool alone);

/// From the doctype to the end of the head; the tab shows a dot in the tone's colour.
[[nodiscard]] std::string head(const std::string& title, Tone tone);

[[nodiscard]] std::string document(std::span<const Report> reports);

}  // namespace canarygate::html
