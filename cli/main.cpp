#include <unistd.h>

#include <exception>
#include <iostream>

#include "cli/program.h"

int main(int argc, char** argv) {
  try {
    return canarygate::run_program(argc, argv, environ, std::cout, std::cerr);
  } catch (const std::exception& error) {
    // Ours do not throw: this is memory that ran out, or a defect. It must not look like a verdict.
    std::cerr << "canarygate: internal error: " << error.what()
              << "; please report it with the command line and the check\n";
    return 2;
  }
}
