#include "pipelines/reporters/html/headline.h"

namespace canarygate::html {

Headline split_headline(const std::string& headline, const Outcome& outcome) {
  Headline parts;
  const std::size_t colon = headline.find(": ");
  parts.opening = headline.substr(0, colon);
  parts.sentence = colon == std::string::npos ? "" : headline.substr(colon + 2);
  const std::string named =
      outcome.environment.empty() ? outcome.check : outcome.check + " in " + outcome.environment;
  const std::string suffix = " (" + named + ")";
  if (!outcome.check.empty() && parts.sentence.ends_with(suffix)) {
    parts.sentence.resize(parts.sentence.size() - suffix.size());
  }
  if (!parts.sentence.empty() && parts.sentence[0] >= 'a' && parts.sentence[0] <= 'z') {
    parts.sentence[0] = static_cast<char>(parts.sentence[0] - 'a' + 'A');
  }
  return parts;
}

}  // namespace canarygate::html
