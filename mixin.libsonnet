// The generated alerts, rules and dashboards as a monitoring mixin: https://monitoring.mixins.dev
//
//   (import 'aggregated-api-exporter/mixin.libsonnet') + { _config+:: { exporterUrl: 'https://apis.example.com' } }
//
// What else can be set, such as the scrape interval and the labels that tell clusters apart, changes expressions: print the rules yourself with
// `generate rules` (docs/alerts.md), and import this file from beside them.
{
  _config+:: {
    // Where people open the exporter's pages, without a slash at its end; status_url and runbook_url of the alerts lead there.
    exporterUrl: 'http://aggregated-api-exporter.monitoring.svc:9944',
    // Of the Grafana that has the dashboards, without a slash at its end; empty: dashboard_url is a path.
    grafanaUrl: '',
    // Labels that each alert gets beside its own, e.g. { team: 'platform' }.
    alertLabels: {},
    // One alert for each cause, beside those of the symptoms, which name the cause too.
    causeAlerts: true,
    // The replacement of the kubernetes-mixin's KubeAggregatedAPIErrors and KubeAggregatedAPIDown. Remove those two where it is on.
    kubernetesMixinFix: false,
  },

  local config = self._config,
  local groupsOf(text) = std.parseYaml(text).groups,

  // As `generate rules` prints it.
  local printedUrl = 'http://aggregated-api-exporter.monitoring.svc:9944',
  local moved(annotations) = annotations {
    [name]: std.strReplace(annotations[name], printedUrl, config.exporterUrl)
    for name in ['status_url', 'runbook_url']
    if std.objectHas(annotations, name)
  } + {
    [name]: config.grafanaUrl + annotations[name]
    for name in ['dashboard_url']
    if std.objectHas(annotations, name)
  },
  // Its variable `exporter` leads to the pages.
  local dashboardOf(text) = std.parseJson(std.strReplace(text, printedUrl, config.exporterUrl)),

  local adapted(group) = group {
    rules: [
      if std.objectHas(rule, 'alert')
      then rule { labels+: config.alertLabels, annotations: moved(rule.annotations) }
      else rule
      for rule in group.rules
    ],
  },

  prometheusAlerts+:: {
    groups+: std.map(
      adapted,
      groupsOf(importstr 'rules/prometheus/aggregated-api-symptoms.yaml')
      + groupsOf(importstr 'rules/prometheus/aggregated-api-exporter.yaml')
      + (if config.causeAlerts then groupsOf(importstr 'rules/prometheus/aggregated-api-causes.yaml') else [])
      + (if config.kubernetesMixinFix then groupsOf(importstr 'rules/prometheus/kubernetes-aggregated-apis.yaml') else [])
    ),
  },

  prometheusRules+:: {
    groups+: groupsOf(importstr 'rules/prometheus/aggregated-api-diagnosis.yaml'),
  },

  grafanaDashboards+:: {
    'aggregated-api-causes.json': dashboardOf(importstr 'dashboards/aggregated-api-causes.json'),
    'aggregated-api-exporter.json': dashboardOf(importstr 'dashboards/aggregated-api-exporter.json'),
    'aggregated-api-fleet.json': dashboardOf(importstr 'dashboards/aggregated-api-fleet.json'),
    'aggregated-api-one.json': dashboardOf(importstr 'dashboards/aggregated-api-one.json'),
  },
}
