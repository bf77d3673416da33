import type { Incident } from '../../src/domain/incident.ts';
import { createExposition } from '../../src/expose/exposition.ts';
import { createWebServer, type WebServer, type WebServerOptions } from '../../src/expose/server.ts';
import { MemoryBook } from '../../src/incidents/book.ts';

/** An exporter before its first tick that remembers these. The caller closes it. */
export function incidentServer(incidents: readonly Incident[], differs: Partial<WebServerOptions> = {}): Promise<WebServer> {
  const book = new MemoryBook({ maxBytes: 2 ** 24, keepSeconds: 86_400 * 30 });
  for (const one of incidents) book.put(one);
  return createWebServer({
    exposition: createExposition({ signals: [] }),
    view: () => undefined,
    incidents: book,
    listenAddresses: ['127.0.0.1:0'],
    version: '1.2.3',
    log: { info() {}, warn() {}, error() {} },
    ...differs,
  });
}
