import { describe, expect, it } from 'vitest';
import { DECLARED_FAMILIES } from '../../src/expose/families/list.ts';
import { BUILT_IN } from '../../src/generate/built-in.ts';
import { DEFAULT_OPTIONS, type OptionTexts, OWN_LABELS, parseOptions } from '../../src/generate/options.ts';

const problemsOf = (texts: OptionTexts) => {
  const parsed = parseOptions(texts);
  return 'problems' in parsed ? parsed.problems.join('\n') : '';
};

describe('options', () => {
  it('are the defaults without flags', () => {
    expect(parseOptions({})).toEqual({ options: DEFAULT_OPTIONS });
  });

  it('take several labels of clusters, or none', () => {
    expect(parseOptions({ clusterLabel: 'cluster,region' })).toMatchObject({ options: { clusterLabels: ['cluster', 'region'] } });
    expect(parseOptions({ clusterLabel: '' })).toMatchObject({ options: { clusterLabels: [] } });
  });

  it('keep values with an equals sign whole', () => {
    expect(parseOptions({ labels: 'team=a=b,tier=1' })).toMatchObject({ options: { labels: { team: 'a=b', tier: '1' } } });
  });

  it.each<[OptionTexts, string]>([
    [{ scrapeInterval: 'soon' }, '--scrape-interval "soon": a duration such as 15s, 30s or 1m is allowed'],
    [{ scrapeInterval: '500ms' }, '--scrape-interval 500ms: at least 1s is allowed'],
    [{ scrapeInterval: '76s' }, '--scrape-interval 76s: too long for the window of 5m'],
    [{ clusterLabel: 'apiservice' }, '--cluster-label apiservice: collides with a label of the rules'],
    [{ clusterLabel: '9lives' }, '--cluster-label "9lives": a label name is allowed'],
    [{ labels: 'cause=none' }, '--labels cause: collides with a label of the rules'],
    [{ labels: 'cluster=one' }, '--labels cluster: collides'],
    [{ labels: 'team' }, '--labels "team": name=value is allowed'],
    [{ with: 'node-exporter' }, '--with "node-exporter": allowed are kube-state-metrics, cadvisor, kube-apiserver'],
    [{ namespace: 'Harbour_1' }, '--namespace "Harbour_1": a Kubernetes namespace is allowed'],
    [{ runbookUrl: 'ftp://x/{page}' }, '--runbook-url "ftp://x/{page}": an http:// or https:// URL or a path is allowed'],
    [{ runbookUrl: 'https://runbooks.example.com' }, 'it must contain {page}'],
    [{ 'web.externalUrl': 'harbour.example.com' }, '--web.external-url "harbour.example.com": an http:// or https:// URL without a query'],
    [{ 'grafana.url': 'https://x/?a={uid}' }, '--grafana.url "https://x/?a={uid}": an http:// or https:// URL without a query'],
    [{ dashboardUrl: 'https://grafana.example.com' }, 'it must contain {uid}'],
    [{ lokiSelector: 'namespace="x"' }, '--loki-selector "namespace=\\"x\\"": a stream selector'],
  ])('%j is refused with what is allowed', (texts, words) => {
    expect(problemsOf(texts)).toContain(words);
  });

  it('say everything that is wrong at once', () => {
    expect(problemsOf({ scrapeInterval: '2h', with: 'x', labels: 'le=1' }).split('\n')).toHaveLength(3);
  });

  it('take an interval of exactly a quarter of the shortest memory of Prometheus', () => {
    expect(parseOptions({ scrapeInterval: '75s' })).toMatchObject({ options: { scrapeInterval: 75 } });
  });

  it('know every label of every signal and family as their own', () => {
    const used = new Set([
      ...BUILT_IN.signals.flatMap((signal) => Object.keys(signal.labels ?? {})),
      ...DECLARED_FAMILIES.flatMap((family) => family.labels),
    ]);
    expect([...used].filter((label) => !(OWN_LABELS as readonly string[]).includes(label))).toEqual([]);
  });
});
