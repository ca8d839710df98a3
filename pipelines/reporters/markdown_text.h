/// Text in Markdown that shows as it is, on GitHub, GitLab and wherever else CommonMark is
/// rendered.
///
/// Escaping alone does not do: forges look for `@name`, `#123`, `:emoji:` and addresses in what is
/// already rendered. So whatever could mean something to Markdown or to a forge stands in a code
/// span, word by word: nothing is looked for there, and it can be copied as it was.
#pragma once

#include <string>
#include <string_view>

namespace canarygate {

/// One line of running text, to begin a block or to stand in one. Names of ours between backticks
/// become code spans.
[[nodiscard]] std::string markdown_text(std::string_view text);

/// The same for a cell of a table, where no code span may hold a `|`.
[[nodiscard]] std::string markdown_cell(std::string_view text);

/// A code span.
[[nodiscard]] std::string markdown_code(std::string_view text);

/// Something to copy: a link for a plain http(s) address, else a code span.
[[nodiscard]] std::string markdown_verbatim(std::string_view text);

}  // namespace canarygate
