{{- define "aggregated-api-exporter.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* At most 40 characters: what is behind it ("-authentication", "-rules-12") stays within the 63 of a label. */}}
{{- define "aggregated-api-exporter.fullname" -}}
{{- $name := include "aggregated-api-exporter.name" . }}
{{- $full := .Values.fullnameOverride | default (ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name)) }}
{{- $full | trunc 40 | trimSuffix "-" }}
{{- end }}

{{- define "aggregated-api-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ include "aggregated-api-exporter.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "aggregated-api-exporter.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "aggregated-api-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "aggregated-api-exporter.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "aggregated-api-exporter.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{- define "aggregated-api-exporter.image" -}}
{{- with .Values.image }}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end }}
{{- end }}
{{- end }}

{{- define "aggregated-api-exporter.scheme" -}}
{{- ternary "https" "http" (and .Values.webConfig.tls (ne .Values.webConfig.existingSecret "")) }}
{{- end }}

{{/* Several of them. */}}
{{- define "aggregated-api-exporter.several" -}}
{{- if gt (int .Values.replicaCount) 1 }}true{{ end }}
{{- end }}

{{/* What stands behind the names of a shard: dict root, shard. Nothing where there is one. */}}
{{- define "aggregated-api-exporter.ofShard" -}}
{{- if gt (int .root.Values.shards) 1 }}-shard-{{ .shard }}{{ end }}
{{- end }}

{{/* By which the pods of a shard are told from those of the others: dict root, shard. */}}
{{- define "aggregated-api-exporter.shardLabels" -}}
{{- include "aggregated-api-exporter.selectorLabels" .root }}
{{- if gt (int .root.Values.shards) 1 }}
app.kubernetes.io/component: shard-{{ .shard }}
{{- end }}
{{- end }}

{{/* Each pod is scraped once: not through the Service of its shard too. */}}
{{- define "aggregated-api-exporter.scrapedServices" -}}
matchLabels:
  {{- include "aggregated-api-exporter.selectorLabels" . | nindent 2 }}
{{- if gt (int .Values.shards) 1 }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: DoesNotExist
{{- end }}
{{- end }}

{{/* Of whom one is elected. */}}
{{- define "aggregated-api-exporter.elects" -}}
{{- if or (include "aggregated-api-exporter.several" .) .Values.leaderElection.enabled (dig "leader_election" "enabled" false .Values.config) }}true{{ end }}
{{- end }}

{{/* The Secret with the certificate for agents, and its CA. */}}
{{- define "aggregated-api-exporter.agentSecret" -}}
{{- .Values.nodeAgent.existingSecret | default (print (include "aggregated-api-exporter.fullname" .) "-agents") }}
{{- end }}

{{/* Where several would write the same files. */}}
{{- define "aggregated-api-exporter.checkDisk" -}}
{{- if and (gt (int .Values.shards) 1) .Values.state.existingClaim }}
{{- fail (printf "state.existingClaim %s: of %d shards each has a disk of its own; leave it empty, or take one shard" .Values.state.existingClaim (int .Values.shards)) }}
{{- end }}
{{- if and (include "aggregated-api-exporter.several" .) .Values.state.existingClaim }}
{{- fail (printf "state.existingClaim %s: with replicaCount %d each replica has a disk of its own; leave it empty, or take one replica" .Values.state.existingClaim (int .Values.replicaCount)) }}
{{- end }}
{{- end }}

{{- define "aggregated-api-exporter.serviceUrl" -}}
{{ include "aggregated-api-exporter.scheme" . }}://{{ include "aggregated-api-exporter.fullname" . }}.{{ .Release.Namespace }}.svc:{{ .Values.service.port }}
{{- end }}

{{/* The metadata of an object: dict root, and where they differ name or suffix, labels, annotations, namespace; cluster: without a namespace. */}}
{{- define "aggregated-api-exporter.metadata" -}}
name: {{ .name | default (print (include "aggregated-api-exporter.fullname" .root) (.suffix | default "")) }}
{{- if not .cluster }}
namespace: {{ .namespace | default .root.Release.Namespace }}
{{- end }}
labels:
  {{- include "aggregated-api-exporter.labels" .root | nindent 2 }}
  {{- with .labels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{/* The sources that the configuration switches off, as a YAML list: they get no right. As src/commands/observe-cluster.ts reads it. */}}
{{- define "aggregated-api-exporter.off" -}}
{{- $config := .Values.config }}
{{- $off := dig "diagnosis" "disabled_sources" list $config }}
{{- if not (dig "logs" "enabled" true $config) }}{{ $off = append $off "logs" }}{{ end }}
{{- if not (dig "apiserver_metrics" "enabled" true $config) }}{{ $off = append $off "apiserver-metrics" }}{{ end }}
{{- if not (dig "resources" "enabled" true $config) }}{{ $off = append $off "resources" }}{{ end }}
{{- toYaml $off }}
{{- end }}

{{/* Seconds of a duration such as 1m30s. */}}
{{- define "aggregated-api-exporter.seconds" -}}
{{- $units := dict "ms" 0.001 "s" 1.0 "m" 60.0 "h" 3600.0 }}
{{- $total := 0.0 }}
{{- range regexFindAll "\\d+(ms|s|m|h)" . -1 }}
{{- $total = addf $total (mulf (float64 (regexFind "^\\d+" .)) (get $units (regexFind "[a-z]+$" .))) }}
{{- end }}
{{- $total }}
{{- end }}

{{/* Refuses a pace that the rules of this release, or the operator, cannot bear: dict root, key. */}}
{{- define "aggregated-api-exporter.checkPace" -}}
{{- $scrape := get .root.Values .key }}
{{- $interval := include "aggregated-api-exporter.seconds" $scrape.interval | float64 }}
{{- if gt (include "aggregated-api-exporter.seconds" $scrape.scrapeTimeout | float64) $interval }}
{{- fail (printf "%s.scrapeTimeout %s is longer than %s.interval %s: at most the interval is allowed" .key $scrape.scrapeTimeout .key $scrape.interval) }}
{{- end }}
{{- if and (gt $interval 30.0) (or .root.Values.prometheusRule.enabled .root.Values.vmRule.enabled) }}
{{- fail (printf "%s.interval %s: the windows of the chart's rules hold four scrapes of 30s; at most 30s is allowed with them. For a slower pace set prometheusRule.enabled and vmRule.enabled to false, and print rules with `generate rules --scrape-interval %s`" .key $scrape.interval $scrape.interval) }}
{{- end }}
{{- end }}

{{/* The port is in the pod, its probes, the Service and the NetworkPolicy: refuses a configuration that listens elsewhere. */}}
{{- define "aggregated-api-exporter.checkListen" -}}
{{- $addresses := dig "web" "listen_addresses" (list ":9944") .Values.config }}
{{- $found := false }}
{{- range $addresses }}{{ if hasSuffix ":9944" . }}{{ $found = true }}{{ end }}{{ end }}
{{- if not $found }}
{{- fail (printf "config.web.listen_addresses %v: the pod and its probes use port 9944; an address with that port is wanted, and service.port is the one that others see" $addresses) }}
{{- end }}
{{- end }}

{{/* What a chart folder in a source tree does not hold: dict root, glob, key. */}}
{{- define "aggregated-api-exporter.checkFiles" -}}
{{- $found := 0 }}
{{- range $path, $_ := .root.Files.Glob .glob }}{{ $found = add1 $found }}{{ end }}
{{- if not $found }}
{{- fail (printf "%s: this folder is the source of the chart and holds no %s. `npm run chart` puts them in and writes the whole chart to release/chart; a packaged chart has them" .key .glob) }}
{{- end }}
{{- end }}

{{/* The groups of one file of rules, with links that lead to this release: dict root, path. */}}
{{- define "aggregated-api-exporter.rules" -}}
{{- $links := .root.Values.links }}
{{- $text := .root.Files.Get .path | replace "http://aggregated-api-exporter.monitoring.svc:9944" ($links.externalUrl | default (include "aggregated-api-exporter.serviceUrl" .root)) }}
{{- if $links.grafanaUrl }}{{ $text = replace "dashboard_url: /d/" (printf "dashboard_url: %s/d/" $links.grafanaUrl) $text }}{{ end }}
{{- $text }}
{{- end }}
