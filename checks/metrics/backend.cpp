#include "checks/metrics/backend.h"

#include <array>

#include "checks/metrics/datadog.h"
#include "checks/metrics/elasticsearch.h"
#include "checks/metrics/file.h"
#include "checks/metrics/graphite.h"
#include "checks/metrics/influxdb.h"
#include "checks/metrics/newrelic.h"
#include "checks/metrics/prometheus.h"
#include "checks/metrics/scrape.h"

namespace canarygate {

std::span<const BackendType> backend_types() {
  // One a line, so that a new one is one line.
  // clang-format off
  static const std::array kTypes = {
      datadog_backend(),
      elasticsearch_backend(),
      file_backend(),
      graphite_backend(),
      influxdb_backend(),
      newrelic_backend(),
      prometheus_backend(),
      scrape_backend(),
  };
  // clang-format on
  return kTypes;
}

const BackendType* find_backend_type(const std::string& name) {
  for (const BackendType& type : backend_types()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace canarygate
