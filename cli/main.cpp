#include <fcntl.h>
#include <unistd.h>

#include <exception>
#include <iostream>

#include "checks/memory.h"
#include "cli/program.h"

namespace {

/// Started with a closed stdout or stderr, the next file or socket would get that number, and with
/// it what we print. What is put there instead cannot be written to: a lost report is exit 2.
void occupy_standard_streams() {
  for (int file = STDIN_FILENO; file <= STDERR_FILENO; ++file) {
    if (::fcntl(file, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDONLY));
  }
}

}  // namespace

int main(int argc, char** argv) {
  occupy_standard_streams();
  canarygate::keep_freed_memory();
  try {
    return canarygate::run_program(argc, argv, environ, std::cout, std::cerr);
  } catch (const std::exception& error) {
    // Ours do not throw: this is memory that ran out, or a defect. It must not look like a verdict.
    std::cerr << "canarygate: internal error: " << error.what()
              << "; please report it with the command line and the check\n";
    return 2;
  }
}
