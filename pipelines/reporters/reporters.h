/// The functions behind the table in `reporter.cpp`, one a file.
#pragma once

#include <span>
#include <string>

#include "pipelines/report.h"

namespace canarygate {

[[nodiscard]] std::string render_text(const Report& report);
[[nodiscard]] std::string render_json(const Report& report);
[[nodiscard]] std::string render_junit(const Report& report);
[[nodiscard]] std::string render_html(const Report& report);
[[nodiscard]] std::string render_markdown(const Report& report);
[[nodiscard]] std::string render_tap(const Report& report);
[[nodiscard]] std::string render_github(const Report& report);
[[nodiscard]] std::string render_gitlab(const Report& report);

[[nodiscard]] std::string render_all_text(std::span<const Report> reports);
[[nodiscard]] std::string render_all_json(std::span<const Report> reports);
[[nodiscard]] std::string render_all_junit(std::span<const Report> reports);
[[nodiscard]] std::string render_all_html(std::span<const Report> reports);
[[nodiscard]] std::string render_all_markdown(std::span<const Report> reports);
[[nodiscard]] std::string render_all_tap(std::span<const Report> reports);
[[nodiscard]] std::string render_all_github(std::span<const Report> reports);
[[nodiscard]] std::string render_all_gitlab(std::span<const Report> reports);

}  // namespace canarygate
