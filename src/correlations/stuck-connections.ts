import { defineCause } from '../domain/cause.ts';
import { all } from '../domain/criterion.ts';
import { linesSay } from './shared/lines.ts';
import { lessThan, seen } from './shared/seen.ts';

export const stuckConnections = defineCause({
  id: 'stuck-connections',
  category: 'software-bug',
  part: 'path',
  title: 'A client keeps using a dead connection',
  summary:
    'A client keeps a connection in its pool after the other end is gone. Every request on it fails until it is closed, while new connections work. A restart of the client helps; newer HTTP/2 libraries check their connections.',
  severity: 'warning',
  prior: -1,
  evidence: [
    {
      id: 'reused-fails-fresh-passes',
      // A fresh connection that passes late says that all is slow.
      when: all(seen('dead-connections'), lessThan('aggregator-seconds', 1)),
      weight: 'strong',
      says: '{value|target|targets} failed over an old connection and passed over a new one.',
    },
    ...linesSay('stuck-connections'),
  ],
  supersedes: ['connection-reset', 'connection-timed-out', 'aggregator-path-blocked', 'backend-slow', 'packet-loss'],
  remedy: [
    'Restart the process that holds the dead connection: the aggregated API server, or the kube-apiserver.',
    'Update it: Go releases with HTTP/2 health checks close such connections after 45 s.',
  ],
  verify: { command: 'kubectl get --raw /apis/{group}/{version}', expect: 'it prints an APIResourceList ten times in a row' },
  confusedWith: [{ cause: 'connection-reset', tell: 'fresh connections are cut too' }],
  references: ['https://github.com/kubernetes/kubernetes/issues/87615'],
});
