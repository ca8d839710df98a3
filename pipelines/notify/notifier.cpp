#include "pipelines/notify/notifier.h"

#include "pipelines/notify/notifiers.h"

namespace canarygate {

std::span<const NotifierType> notifier_types() {
  static const std::vector<NotifierType> kTypes{
      {"datadog-event", make_datadog_event},
      {"dogstatsd", make_dogstatsd},
      {"grafana-annotation", make_grafana_annotation},
      {"graphite-events", make_graphite_events},
      {"graphite-plaintext", make_graphite_plaintext},
      {"pagerduty-change", make_pagerduty_change},
      {"pushgateway", make_pushgateway},
      {"slack", make_slack},
      {"statsd", make_statsd},
      {"webhook", make_webhook},
  };
  return kTypes;
}

}  // namespace canarygate
