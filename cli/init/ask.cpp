#include "cli/init/ask.h"

#include <istream>

#include "checks/text.h"

namespace canarygate::init {

std::optional<std::string> Asker::ask(
    const std::string& question, const std::string& usual,
    const std::function<std::string(const std::string&)>& objection) {
  for (;;) {
    out_ << question << (usual.empty() ? "" : " [" + printable(usual) + "]") << ": " << std::flush;
    std::string line;
    if (!std::getline(in_, line)) return std::nullopt;
    std::string answer(trim(line));
    if (answer.empty()) answer = usual;
    if (answer == "-") answer.clear();
    const std::string wrong = objection ? objection(answer) : "";
    if (wrong.empty()) return answer;
    out_ << "  " << wrong << "\n";
  }
}

bool Asker::agree(const std::string& question) {
  for (;;) {
    out_ << question << " [Y/n]: " << std::flush;
    std::string line;
    if (!std::getline(in_, line)) return false;
    const std::string answer = to_lower(trim(line));
    if (answer.empty() || answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

}  // namespace canarygate::init
