/// A run of the gate as tests that pass, fail or are skipped, for the formats that know nothing
/// else.
///
/// A case a metric, and one named `(the gate)` where a reason belongs to no metric. There is a red
/// case exactly when the exit code is not 0. Texts hold what came from outside as it came.
#pragma once

#include <string>
#include <vector>

#include "pipelines/report.h"

namespace canarygate::explanation {

enum class Mark {
  passed,
  skipped,  ///< did not pass, and does not stop the deploy: the message says why not
  failure,  ///< exit code 1
  error     ///< any other
};

struct TestCase {
  std::string name;  ///< the metric's
  Mark mark = Mark::passed;
  Verdict verdict = Verdict::pass;  ///< what was found, whatever became of it
  std::string message;              ///< one line; "" for passed
};

[[nodiscard]] std::vector<TestCase> test_cases(const Report& report);

}  // namespace canarygate::explanation
