#include "checks/metrics/backend.h"

#include <array>

#include "checks/metrics/cloudwatch.h"
#include "checks/metrics/datadog.h"
#include "checks/metrics/elasticsearch.h"
#include "checks/metrics/exec.h"
#include "checks/metrics/file.h"
#include "checks/metrics/graphite.h"
#include "checks/metrics/http_json.h"
#include "checks/metrics/influxdb.h"
#include "checks/metrics/newrelic.h"
#include "checks/metrics/prometheus.h"
#include "checks/metrics/scrape.h"
#include "checks/metrics/zabbix.h"

namespace canarygate {

std::span<const BackendType> backend_types() {
  // One a line, so that a new one is one line.
  // clang-format off
  static const std::array kTypes = {
      cloudwatch_backend(),
      datadog_backend(),
      elasticsearch_backend(),
      exec_backend(),
      file_backend(),
      graphite_backend(),
      http_json_backend(),
      influxdb_backend(),
      newrelic_backend(),
      prometheus_backend(),
      scrape_backend(),
      zabbix_backend(),
  };
  // clang-format on
  return kTypes;
}

std::optional<std::string> scrape_interval_fault(const Config& config) {
  if (config.get("scrape_interval", Duration(1)) > Duration(0)) return std::nullopt;
  return "`scrape_interval` must be longer than 0s";
}

const BackendType* find_backend_type(const std::string& name) {
  for (const BackendType& type : backend_types()) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

}  // namespace canarygate
