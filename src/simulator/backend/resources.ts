import type { ServerResponse } from 'node:http';
import { sendJson, sendText } from '../control-plane/responses.ts';

/** The group that an aggregated server serves, with its one resource. */
export interface ServedGroup {
  readonly group: string;
  readonly version: string;
  readonly resource: { readonly plural: string; readonly kind: string; readonly namespaced: boolean };
}

/** Discovery documents and lists of the group. */
export class ResourceHandler {
  readonly #served: ServedGroup;
  readonly #items: readonly object[];

  constructor(served: ServedGroup) {
    this.#served = served;
    this.#items = sampleItems(served);
  }

  /** @param versions of the group that it serves now */
  serve(response: ServerResponse, path: string, query: URLSearchParams, versions: readonly string[] = [this.#served.version]): void {
    const { group } = this.#served;
    if (path === '/apis' || path === `/apis/${group}`) {
      sendJson(response, 200, groupDocument(path, group, versions));
      return;
    }
    const [, , , version, ...rest] = path.split('/');
    if (!path.startsWith(`/apis/${group}/`) || !version || !versions.includes(version)) notFound(response);
    else if (rest.length === 0) sendJson(response, 200, this.#resourceList(version));
    else this.#serveItems(response, version, rest, query);
  }

  #resourceList(version: string) {
    const { group, resource } = this.#served;
    return {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: `${group}/${version}`,
      resources: [
        {
          name: resource.plural,
          singularName: resource.kind.toLowerCase(),
          namespaced: resource.namespaced,
          kind: resource.kind,
          verbs: ['get', 'list'],
        },
      ],
    };
  }

  #serveItems(response: ServerResponse, version: string, below: readonly string[], query: URLSearchParams): void {
    const { group, resource } = this.#served;
    const plural = below[0] === 'namespaces' ? below[2] : below[0];
    if (plural !== resource.plural) {
      notFound(response);
      return;
    }
    const limit = Number(query.get('limit') ?? 0) || this.#items.length;
    sendJson(response, 200, {
      kind: `${resource.kind}List`,
      apiVersion: `${group}/${version}`,
      metadata: { resourceVersion: '1' },
      items: this.#items.slice(0, limit),
    });
  }
}

function notFound(response: ServerResponse): void {
  sendText(response, 404, '404 page not found');
}

function groupDocument(path: string, group: string, versions: readonly string[]) {
  const entry = {
    name: group,
    versions: versions.map((version) => ({ groupVersion: `${group}/${version}`, version })),
    preferredVersion: { groupVersion: `${group}/${versions[0]}`, version: versions[0] },
  };
  return path === '/apis' ? { kind: 'APIGroupList', apiVersion: 'v1', groups: [entry] } : { kind: 'APIGroup', apiVersion: 'v1', ...entry };
}

function sampleItems(served: ServedGroup): object[] {
  return ['north', 'east', 'south'].map((name, index) => ({
    apiVersion: `${served.group}/${served.version}`,
    kind: served.resource.kind,
    metadata: { name, ...(served.resource.namespaced ? { namespace: 'default' } : {}), creationTimestamp: '2026-01-05T09:00:00Z' },
    value: 40 + index,
  }));
}
