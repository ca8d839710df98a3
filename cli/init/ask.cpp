#include "cli/init/ask.h"

#include <poll.h>
#include <unistd.h>

#include <iostream>

#include "checks/text.h"

namespace canarygate::init {

/// A signal that comes between the question and the reading would be forgotten by a read that
/// waits, so it waits a moment at a time.
std::optional<std::string> Asker::read_line() {
  constexpr int kMoment = 100;  // milliseconds
  pollfd input{STDIN_FILENO, POLLIN, 0};
  while (!interrupt_.raised() && ::poll(&input, 1, kMoment) <= 0) {
  }
  std::string line;
  if (interrupt_.raised() || !std::getline(std::cin, line)) return std::nullopt;
  return std::string(trim(line));
}

std::optional<std::string> Asker::ask(
    const std::string& question, const std::string& usual,
    const std::function<std::string(const std::string&)>& objection) {
  for (;;) {
    out_ << question << (usual.empty() ? "" : " [" + printable(usual) + "]") << ": " << std::flush;
    auto line = read_line();
    if (!line) return std::nullopt;
    std::string answer = std::move(*line);
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
    const auto line = read_line();
    if (!line) return false;
    const std::string answer = to_lower(*line);
    if (answer.empty() || answer == "y" || answer == "yes") return true;
    if (answer == "n" || answer == "no") return false;
  }
}

}  // namespace canarygate::init
