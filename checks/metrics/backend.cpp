#include "checks/metrics/backend.h"

#include <array>

#include "checks/metrics/cloudwatch.h"
#include "checks/metrics/datadog.h"
#include "checks/metrics/file.h"
#include "checks/metrics/prometheus.h"
#include "checks/metrics/scrape.h"
#include "checks/metrics/zabbix.h"

namespace canarygate {

std::span<const BackendType> backend_types() {
  static const std::array kTypes = {
      cloudwatch_backend(),
      datadog_backend(),
      file_backend(),
      prometheus_backend(),
      scrape_backend(),
      zabbix_backend(),
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
