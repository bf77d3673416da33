import { describe, expect, it } from 'vitest';
import { otherShardOf, type Shard, shardOf } from '../../src/domain/shard.ts';
import { diagnosesAnswer, statusAnswer } from '../../src/expose/answers.ts';
import { incidentsAnswer } from '../../src/expose/incident-answers.ts';
import { renderUnknownApi } from '../../src/expose/page/api-page.ts';
import { renderIncidentsPage } from '../../src/expose/page/incidents.ts';
import { renderFleetPage } from '../../src/expose/page/page.ts';
import { MemoryBook } from '../../src/incidents/book.ts';
import { healthyApi, healthySnapshot, NOW } from '../support/healthy.ts';
import { viewOf } from './view.ts';

const OWN = 'v1.tides.example.com';
const HOME: Shard = { index: shardOf(OWN, 3), count: 3 };
const [ELSEWHERE, OTHER] = ['moorings', 'buoys', 'cranes', 'pilots', 'winds']
  .map((group) => `v1.${group}.example.com`)
  .flatMap((name) => {
    const other = otherShardOf(HOME, name);
    return other ? [[name, other] as const] : [];
  })[0]!;
const shardUrl = 'http://exporter-{shard}.harbour:9944/';
const text = (document: string) => document.replace(/<[^>]*>/g, '');
const fleet = (shard: Shard | undefined, apis = [healthyApi({ name: OWN })], more: { shardUrl?: string } = {}) =>
  renderFleetPage(viewOf(healthySnapshot({ apis })), { version: '1', ...(shard && { shard }), ...more }).document;
const book = new MemoryBook({ maxBytes: 1e6, keepSeconds: 1e6 });

describe('what is said of all APIs', () => {
  it.each<[string, Shard | undefined, number, string]>([
    ['all of them', undefined, 2, 'All 2 aggregated APIs answer.'],
    ['those of a shard', HOME, 2, 'All 2 aggregated APIs of this shard answer.'],
    ['the one of a shard', HOME, 1, 'The one aggregated API of this shard answers.'],
    ['none, where there are none', undefined, 0, 'This cluster has no APIService that is served by a Service.'],
    ['none, where others may have some', HOME, 0, 'No aggregated API falls to this shard'],
  ])('is said of %s', (_, shard, count, words) => {
    const apis = [healthyApi({ name: OWN }), healthyApi({ name: 'v2.tides.example.com' })].slice(0, count);
    expect(text(fleet(shard, apis))).toContain(words);
    expect(text(fleet(shard, apis)).includes('This cluster has no APIService')).toBe(count === 0 && !shard);
  });

  it('names the shard on the page, of the incidents too, and in each answer', () => {
    const said = `This is shard ${HOME.index}/3: it watches the aggregated APIs that fall to it by their name`;
    expect(text(fleet(HOME))).toContain(said);
    expect(
      text(renderIncidentsPage([], { query: {}, page: '/incidents' }, { version: '1', prefix: '', now: NOW, shard: HOME }).document),
    ).toContain(said);
    const waiting = () => ({ time: NOW, sources: [] });
    const answers = [
      diagnosesAnswer(viewOf(), { waiting, shard: HOME }, undefined),
      statusAnswer(viewOf(), waiting, { version: '1', shard: HOME }),
      statusAnswer(undefined, waiting, { version: '1', shard: HOME }),
      incidentsAnswer({ book, recordingSince: 0, shard: HOME }, {}, NOW / 1000),
    ];
    for (const { body } of answers) expect(body).toMatchObject({ shard: HOME });
  });

  it('names none where nothing is shared out', () => {
    const waiting = () => ({ time: NOW, sources: [] });
    expect(text(fleet(undefined))).not.toContain('shard');
    expect(diagnosesAnswer(viewOf(), { waiting }, undefined).body).not.toHaveProperty('shard');
    expect(statusAnswer(viewOf(), waiting, { version: '1' }).body).not.toHaveProperty('shard');
    expect(incidentsAnswer({ book, recordingSince: 0 }, {}, NOW / 1000).body).not.toHaveProperty('shard');
  });

  it('links to the other shards where their address is known', () => {
    const links = [0, 1, 2].filter((index) =>
      fleet(HOME, undefined, { shardUrl }).includes(`href="http://exporter-${index}.harbour:9944/"`),
    );
    expect(links).toEqual([0, 1, 2].filter((index) => index !== HOME.index));
  });
});

describe('an API that is asked for and is not here', () => {
  it('is led to its shard', () => {
    const page = renderUnknownApi(ELSEWHERE, { version: '1', shard: HOME, shardUrl });
    expect(text(page)).toContain(`It falls to shard ${OTHER.index}/3, and is watched there if it is in the cluster.`);
    expect(page).toContain(`href="http://exporter-${OTHER.index}.harbour:9944/apis/${ELSEWHERE}"`);
    expect(text(page)).not.toContain('No APIService of that name');
  });

  it('is not there where it falls to this shard, or nothing is shared out', () => {
    for (const options of [{ version: '1', shard: HOME, shardUrl }, { version: '1' }])
      expect(text(renderUnknownApi(OWN, options))).toContain('No APIService of that name is served by a Service in this cluster.');
  });

  it('is named with its shard in JSON', () => {
    const ask = (name: string, shard?: Shard) => diagnosesAnswer(viewOf(), { waiting: () => ({ time: NOW, sources: [] }), shard }, name);
    expect(ask(ELSEWHERE, HOME)).toEqual({
      status: 404,
      body: { error: `not watched: ${ELSEWHERE} (it falls to shard ${OTHER.index}/3)` },
    });
    expect(ask(ELSEWHERE)).toEqual({ status: 404, body: { error: `not watched: ${ELSEWHERE}` } });
  });
});
