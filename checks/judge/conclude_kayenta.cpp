#include "checks/judge/conclude_kayenta.h"

#include <fmt/format.h>

#include "checks/judge/explain.h"
#include "checks/judge/pooled.h"

namespace canarygate::judge {

namespace {

using Class = KayentaResult::Class;

}  // namespace

std::optional<KayentaResult> ask_kayenta(const ConcludeRequest& request) {
  const Subject& subject = request.subject;
  if (subject.settings.method != JudgeMethod::kayenta || request.look < 1) return std::nullopt;
  const std::int64_t elapsed =
      request.input.timeline.looks[static_cast<std::size_t>(request.look) - 1];
  const Pooled pooled =
      pool(subject.points, sides_of(request.fleet, request.quality.judged), elapsed);
  // Kayenta may be told to take what is missing for 0. A side without any number still has none.
  if (!pooled.comparable()) return std::nullopt;
  return classify(pooled.canary, pooled.baseline,
                  kayenta_settings(*subject.spec, subject.settings));
}

bool deviates(const std::optional<KayentaResult>& answer) {
  return answer && (answer->classification == Class::high || answer->classification == Class::low);
}

void describe_kayenta(const KayentaResult& answer, Finding& finding) {
  finding.effect = {Effect::Kind::difference, answer.estimate, answer.lower, answer.upper};
  finding.evidence = Evidence::weak;
}

std::string deviation_text(const KayentaResult& answer, const Finding& finding,
                           const std::string& unit) {
  std::string text = fmt::format("{} is {} on the canary", finding.metric,
                                 answer.classification == Class::high ? "higher" : "lower");
  if (finding.canary.mean && finding.baseline.mean) {
    text += fmt::format(": {} where the baseline has {}", quantity(*finding.canary.mean, unit),
                        quantity(*finding.baseline.mean, unit));
  }
  text += fmt::format(" (shifted by {})", effect_text(finding, unit));
  return text + fmt::format("; Kayenta's test says {}", to_string(answer.classification));
}

}  // namespace canarygate::judge
