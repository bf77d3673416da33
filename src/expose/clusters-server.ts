import { Router } from 'express';
import { reachOf } from '../domain/reach.ts';
import { type ClusterWeb, createClusterSite, type Gate, healthRoutes, metricsRoute, type Runbook, runbookRoute } from './cluster-routes.ts';
import type { MetricsPages } from './exposition.ts';
import { prefixOf } from './external-url.ts';
import { sendPage } from './live/pages.ts';
import { clusterPath, type ListedCluster, renderClusterList } from './page/clusters.ts';
import { apiPath } from './page/fleet.ts';
import { type ListenOptions, type Served, serve, type WebServer } from './server.ts';
import type { WaitingView } from './view.ts';

/** One of several clusters, under its name. */
export interface NamedClusterWeb extends Omit<ClusterWeb, 'waiting'> {
  readonly name: string;
  readonly waiting: () => WaitingView;
}

export interface ClustersServerOptions extends ListenOptions {
  readonly clusters: readonly NamedClusterWeb[];
  /** Of all of them. */
  readonly exposition: MetricsPages;
  readonly runbook: Runbook;
  /** Whether the list may quote what was answered. */
  readonly quotes: boolean;
  readonly version: string;
}

/** The pages of several clusters, each under /clusters/NAME, below a list of them. @throws as `createWebServer`. */
export function createClustersServer(options: ClustersServerOptions): Promise<WebServer> {
  return serve(options, (gate) => servedClusters(options, gate));
}

function servedClusters(options: ClustersServerOptions, gate: Gate): Served {
  const { clusters, exposition, runbook } = options;
  const prefix = prefixOf(options.externalUrl);
  const sites = new Map(
    clusters.map(({ name, ...web }) => {
      const shown = { ...web, cluster: { name, list: `${prefix}/` } };
      return [name, createClusterSite(shown, gate, `${prefix}${clusterPath(name)}`)] as const;
    }),
  );
  const routes = Router();
  routes.use(healthRoutes(() => waitingFor(listed(clusters))));
  // Each asks who may read it: a token is shown to the kube-apiserver of the cluster whose page is asked for, and to no other.
  for (const [name, site] of sites) routes.use(clusterPath(name), site.routes);
  routes.use(gate.knownHost);
  if (gate.security) routes.use(gate.security.authenticate);
  routes.get('/metrics', metricsRoute(exposition));
  routes.get('/runbooks/:cause', runbookRoute(runbook, prefix));
  routes.get('/', (request, response) =>
    sendPage(request, response, renderClusterList(listed(clusters), { ...options, prefix, now: Date.now() })),
  );
  // Alerts link to the API and do not say where its cluster is.
  routes.get('/apis/:name', (request, response) => {
    const api = String(request.params.name);
    const having = listed(clusters).filter(({ view }) => view?.snapshot.apis.some(({ name }) => name === api));
    const [only, ...others] = having;
    if (only && others.length === 0) return response.redirect(302, `${prefix}${clusterPath(only.name)}${apiPath(api)}`);
    response.status(only ? 200 : 404);
    return sendPage(request, response, renderClusterList(having, { ...options, prefix, now: Date.now(), api }));
  });
  routes.get('/incidents/:id', (request, response, next) => {
    const id = String(request.params.id);
    const its = clusters.find(({ incidents }) => incidents?.get(id));
    if (!its) return next();
    response.redirect(302, `${prefix}${clusterPath(its.name)}/incidents/${encodeURIComponent(id)}`);
  });
  return {
    routes,
    published: (cluster = '') => sites.get(cluster)?.pages.publish(),
    close: () => {
      for (const { pages } of sites.values()) pages.live.close();
    },
  };
}

function listed(clusters: readonly NamedClusterWeb[]): readonly ListedCluster[] {
  return clusters.map(({ name, view, waiting }) => ({ name, view: view(), waiting: waiting() }));
}

/** A cluster that is known not to be visible is no reason to take the others away from who asks; one of which nothing is known yet is. */
function waitingFor(clusters: readonly ListedCluster[]): string | undefined {
  const names = clusters.filter(({ view, waiting }) => !view && reachOf(waiting.sources) !== 'unseen').map(({ name }) => name);
  return names.length === 0 ? undefined : `waiting for the first tick of ${names.join(', ')}`;
}
