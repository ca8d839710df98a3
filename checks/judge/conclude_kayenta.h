/// What Kayenta's judge makes of a metric, as part of its Finding.
#pragma once

#include "checks/judge/conclude.h"
#include "checks/judge/kayenta.h"

namespace canarygate::judge {

/// Its answer on the points so far; nothing where there are none to ask about, or another judge is
/// asked.
[[nodiscard]] std::optional<KayentaResult> ask_kayenta(const ConcludeRequest& request);

/// Whether it says High or Low.
[[nodiscard]] bool deviates(const std::optional<KayentaResult>& answer);

/// Its estimate with the 98 % interval, as a difference.
void describe_kayenta(const KayentaResult& answer, Finding& finding);

/// Why it failed, in a sentence. After describe_kayenta().
[[nodiscard]] std::string deviation_text(const KayentaResult& answer, const Finding& finding,
                                         const std::string& unit);

}  // namespace canarygate::judge
