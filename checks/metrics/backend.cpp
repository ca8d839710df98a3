#include "checks/metrics/backend.h"

#include <array>

#include "checks/metrics/exec.h"
#include "checks/metrics/file.h"
#include "checks/metrics/http_json.h"
#include "checks/metrics/prometheus.h"
#include "checks/metrics/scrape.h"

namespace canarygate {

std::span<const BackendType> backend_types() {
  static const std::array kTypes = {
      exec_backend(),
      file_backend(),
      http_json_backend(),
      prometheus_backend(),
      scrape_backend(),
  };
  return kTypes;
}

const BackendType* find_backend_type(const std::string& name) {
  for (const BackendType& type : backend_types()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace canarygate
