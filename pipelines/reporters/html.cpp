#include "pipelines/reporters/html/document.h"
#include "pipelines/reporters/reporters.h"

namespace canarygate {

std::string render_html(const Report& report) { return html::document(std::span(&report, 1)); }

std::string render_all_html(std::span<const Report> reports) { return html::document(reports); }

}  // namespace canarygate
