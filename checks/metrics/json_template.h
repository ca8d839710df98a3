/// A text with `{{variables}}` that becomes a part of a request: a path, a parameter's value, or a
/// body in JSON. Each value is encoded for where it stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "checks/result.h"
#include "checks/series.h"

namespace canarygate {

/// What the variables stand for.
struct TemplateValues {
  std::string query;
  Grid grid;
  std::vector<std::string> canary;
  std::vector<std::string> baseline;
};

class RequestTemplate {
 public:
  enum class Place {
    path,   ///< values are percent-encoded, the rest is left as it is
    value,  ///< nothing is encoded: whoever puts the URL together does that
    json    ///< inside quotes values are escaped; outside, they are JSON themselves
  };

  /// `key`: whose text this is, for messages. ErrorKind::definition: a variable that does not
  /// exist, one that is not closed, a body that is no JSON.
  [[nodiscard]] static Result<RequestTemplate> parse(std::string_view text, Place place,
                                                     const std::string& key);

  /// ErrorKind::definition: a list of hosts where nobody knows them, a query that stands outside
  /// quotes and is no JSON.
  [[nodiscard]] Result<std::string> fill(const TemplateValues& values) const;

  [[nodiscard]] bool uses(std::string_view variable) const;

 private:
  struct Piece {
    std::string text;  ///< as it stands, or a variable's name
    bool is_variable = false;
    bool quoted = false;  ///< stands in a string of a JSON document
  };

  [[nodiscard]] Result<std::string> value_of(const Piece& piece,
                                             const TemplateValues& values) const;
  [[nodiscard]] Result<std::string> listed(const Piece& piece,
                                           const std::vector<std::string>& hosts) const;
  [[nodiscard]] Result<std::string> encoded(const Piece& piece, const std::string& value) const;

  std::vector<Piece> pieces_;
  Place place_ = Place::value;
  std::string key_;
};

/// Seconds as APIs want them: whole where they are, else with three decimals.
[[nodiscard]] std::string seconds_text(Duration length);

}  // namespace canarygate
