import { describe, expect, it } from 'vitest';
import { AddressBook } from '../../../src/read/text/address-book.ts';
import { readText } from '../../../src/read/text/read-text.ts';

function rolesIn(lines: readonly string[], backends: readonly string[] = []) {
  const book = new AddressBook();
  for (const line of lines) book.mention(line);
  return Object.fromEntries(book.roles(backends));
}

describe('addresses that a text shows', () => {
  it('are those of Services in a table, by their names', () => {
    expect(
      rolesIn(
        [
          'NAMESPACE    NAME           TYPE           CLUSTER-IP      EXTERNAL-IP   PORT(S)         AGE',
          'default      kubernetes     ClusterIP      192.168.77.1    <none>        443/TCP         12d',
          'kube-system  kube-dns       ClusterIP      192.168.77.10   <none>        53/UDP,53/TCP   12d',
          'harbour      tide-gauge     ClusterIP      192.168.77.44   <none>        443/TCP         12d',
          'harbour      tide-webhook   LoadBalancer   192.168.77.45   192.0.2.4     443/TCP         12d',
          'watch        prometheus-k8s ClusterIP      fd00:77::9      <none>        9090/TCP        12d',
          'harbour      ferry          ClusterIP      192.168.77.46   <none>        80/TCP          12d',
        ],
        ['tide-gauge'],
      ),
    ).toEqual({
      '192.168.77.1': 'kube-apiserver',
      '192.168.77.10': 'name-server',
      '192.168.77.44': 'backend',
      '192.168.77.45': 'webhook',
      'fd00:77::9': 'prometheus',
    });
  });

  it('are endpoints of the Service kubernetes, and what the aggregator checks', () => {
    expect(
      rolesIn([
        'kubernetes   192.0.2.11:6443,192.0.2.12:6443   12d',
        'failing or missing response from https://10.33.7.7:443/apis/tides.example.com/v1: context deadline exceeded',
      ]),
    ).toEqual({ '192.0.2.11': 'kube-apiserver', '192.0.2.12': 'kube-apiserver', '10.33.7.7': 'backend' });
  });

  it('tell whom an error is about that gives an address only', () => {
    const error = '$ kubectl logs tide-gauge-0\nE0105 09:00:13.100000       1 start.go:9] dial tcp 192.168.77.21:443: i/o timeout';
    const signatures = (text: string) =>
      readText(text)
        .at(-1)
        ?.apis[0]?.textMatches.map(({ signature }) => signature);
    expect(signatures(error)).toEqual(['some-syn-unanswered']);
    expect(signatures(`kubernetes   ClusterIP   192.168.77.21   <none>   443/TCP   12d\n\n${error}`)).toEqual([
      'kube-apiserver-unreachable-from-server',
    ]);
  });
});
