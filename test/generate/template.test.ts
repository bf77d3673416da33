import { describe, expect, it } from 'vitest';
import { humanizeDuration, humanizePercentage, printf } from '../../src/generate/rule-tests/go-format.ts';
import { expandTemplate, type TemplateData } from '../../src/generate/rule-tests/template.ts';

const DATA: TemplateData = {
  labels: { apiservice: 'v1.tides.example.com', cluster: 'harbour', cause: 'unknown' },
  value: 0.9,
  query: (promql) =>
    promql === 'up{apiservice="v1.tides.example.com"}'
      ? [
          { labels: { evidence: 'a' }, value: 4 },
          { labels: { evidence: 'b' }, value: 2 },
        ]
      : [],
};

describe('templates expand as Prometheus expands them', () => {
  it.each([
    ['plain', 'plain'],
    ['{{ $labels.apiservice }}', 'v1.tides.example.com'],
    ['{{ $labels.nothing }}.', '.'],
    ['{{ $value }}', '0.9'],
    ['{{ $value | humanizePercentage }}', '90%'],
    ['{{ $value | humanizePercentage | reReplaceAll "%" " %" }}', '90 %'],
    ['{{ with query `up{apiservice="v1.tides.example.com"}` }}{{ . | first | label "evidence" }}{{ end }}', 'a'],
    ['{{ with $labels.cluster }} on {{ . }}{{ end }}', ' on harbour'],
    ['{{ with $labels.nothing }} on {{ . }}{{ end }}', ''],
    ['{{ if eq $labels.cause "unknown" }}?{{ else }}!{{ end }}', '?'],
    ['{{ if gt $value 0.0 }}more{{ else }}less{{ end }}', 'more'],
    ['{{ with query (printf `up{apiservice=%q}` $labels.apiservice) }}{{ . | first | value | printf "%.0f" }}{{ else }}none{{ end }}', '4'],
    ['{{ with query (printf `down{apiservice=%q}` $labels.apiservice) }}{{ . }}{{ else }}none{{ end }}', 'none'],
    [
      '{{ range $i, $e := query (printf `up{apiservice=%q}` $labels.apiservice) }}{{ if $i }}, {{ end }}{{ $e.Labels.evidence }} (+{{ $e.Value }}){{ else }}none{{ end }}',
      'a (+4), b (+2)',
    ],
    ['{{ range $i, $e := query `x` }}{{ $i }}{{ else }}none{{ end }}', 'none'],
    ['{{ if eq $labels.cause "known" }}{{ range $i, $e := query `x` }}{{ $i }}{{ else }}none{{ end }}{{ else }}out{{ end }}', 'out'],
  ])('%s', (template, text) => {
    expect(expandTemplate(template, DATA)).toBe(text);
  });

  it.each([
    ['{{ with $value }}', 'without an end'],
    ['{{ end }}', 'without a beginning'],
    ['{{ $value | upper }}', 'upper is not understood'],
    ['{{ .Foo }}', '.Foo is not understood'],
  ])('%s is refused, because it would not be tested', (template, words) => {
    expect(() => expandTemplate(template, DATA)).toThrow(words);
  });
});

describe('numbers', () => {
  it.each([
    [0, '0s'],
    [4.75, '4.75s'],
    [0.012, '12ms'],
    [75, '1m 15s'],
    [3600, '1h 0m 0s'],
    [604_485, '6d 23h 54m 45s'],
    [-90, '-1m 30s'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(humanizeDuration(seconds)).toBe(text);
  });

  it('are rounded to four digits', () => {
    expect(humanizePercentage(0.912345)).toBe('91.23%');
    expect(humanizePercentage(0)).toBe('0%');
    expect(() => humanizePercentage(1e20)).toThrow('needs an exponent');
  });

  it('are printed by verbs', () => {
    expect(printf('%q %s %.0f %%', ['a"b', 'c', 5.83])).toBe('"a\\"b" c 6 %');
  });
});
