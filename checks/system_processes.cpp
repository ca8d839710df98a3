#include "checks/program.h"
#include "checks/running_process.h"
#include "checks/system_ports.h"

namespace canarygate {

namespace {

class SystemProcesses : public Processes {
 public:
  explicit SystemProcesses(Interrupt& interrupt) : interrupt_(interrupt) {}

  [[nodiscard]] Result<std::string> output_of(const std::string& command, Duration limit) override {
    return output_of_shell(command, limit, interrupt_);
  }

  [[nodiscard]] Result<ProgramEnd> run(const ProgramRun& program) override {
    return run_program(program, interrupt_);
  }

  [[nodiscard]] Result<std::unique_ptr<RunningProcess>> start(const std::string& command,
                                                              bool stdout_to_stderr) override {
    return start_process(command, stdout_to_stderr, interrupt_);
  }

 private:
  Interrupt& interrupt_;
};

}  // namespace

std::unique_ptr<Processes> make_system_processes(Interrupt& interrupt) {
  return std::make_unique<SystemProcesses>(interrupt);
}

}  // namespace canarygate
