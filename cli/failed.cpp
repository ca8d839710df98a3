#include "cli/failed.h"

#include "cli/subject.h"

namespace canarygate {

int failed(const std::string& text, Console& console) {
  console.err << "canarygate: " << text << "\n";
  return 2;
}

int failed(const Problems& problems, Console& console) {
  console.err << format_problems(problems);
  return 2;
}

}  // namespace canarygate
