#!/usr/bin/env bash
# A rule that asks for as many samples of a rule before it as its window holds, `count_over_time(x[65s]) >= 5` with an evaluation each
# 15 s, never fires in VictoriaMetrics (vmalert-tool v1.151.0), however long x stands: vmalert writes what a group recorded to a
# database and reads it back one evaluation later, so the newest of the five is never there. With one sample less it fires.
# In Prometheus both fire (promtool of module v0.316.0, the same files, seen by hand: its build takes longer than the rest together).
# That results come one evaluation late is documented; that a condition over a window is then never met, instead of late, is what
# surprises. Guess before: both fire, one evaluation later than in Prometheus. Seen 2026-11-28, Go 1.26.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

cat >rules.yaml <<'RULES'
groups:
  - name: harbour
    interval: 15s
    rules:
      - record: tide:high:bool
        expr: max(tide_metres) > bool 4
      - alert: HighInFive
        expr: min_over_time(tide:high:bool[65s]) == 1 and count_over_time(tide:high:bool[65s]) >= 5
      - alert: HighInFour
        expr: min_over_time(tide:high:bool[65s]) == 1 and count_over_time(tide:high:bool[65s]) >= 4
RULES
# The tide is high from 4:45 on.
test_of() {
  cat <<TEST
rule_files: [rules.yaml]
evaluation_interval: 15s
tests:
  - interval: 15s
    input_series: [{series: tide_metres, values: '3x18 5x60'}]
    alert_rule_test: [{eval_time: $2, alertname: $1, exp_alerts: [$3]}]
TEST
}
test_of HighInFive 15m '{}' >five.yaml
test_of HighInFive 15m '' >never-five.yaml
test_of HighInFour 15m '{}' >four.yaml

mkdir tool && cd tool
printf 'module finding\n' >go.mod
go get github.com/VictoriaMetrics/VictoriaMetrics@v1.151.0 2>/dev/null
GOFLAGS=-mod=mod go build -o ../vmalert-tool github.com/VictoriaMetrics/VictoriaMetrics/app/vmalert-tool 2>/dev/null
cd ..

holds() { if ./vmalert-tool unittest --disableAlertgroupLabel --files="$1" >/dev/null 2>&1; then echo yes; else echo no; fi; }
seen="$(holds five.yaml) $(holds never-five.yaml) $(holds four.yaml)"
echo "vmalert-tool v1.151.0, ten minutes after the tide rose: fires on five samples, does not, fires on four: $seen"
[ "$seen" = 'no yes yes' ]
