/// `type: zabbix`: the history that a Zabbix server keeps of its items.
#pragma once

#include "checks/metrics/backend.h"

namespace canarygate {

[[nodiscard]] BackendType zabbix_backend();

}  // namespace canarygate
