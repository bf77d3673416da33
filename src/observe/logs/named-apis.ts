/** What a line of the kube-apiserver is about, as far as the program itself says so. */
export interface LineSubject {
  /** Name of an APIService, `/apis/<group>/<version>`, or `<namespace>/<service>`. */
  readonly kind: 'name' | 'path' | 'service';
  readonly value: string;
}

const NAME = '([a-z0-9][a-z0-9.-]{0,252})';
const QUOTED = String.raw`\\{0,3}"${NAME}\\{0,3}"`;

/**
 * The places where k8s.io/kube-aggregator 0.36.3 prints whom it means: pkg/controllers/status/{remote,local}/*.go,
 * pkg/controllers/{autoregister,openapi,openapiv3}, pkg/apiserver/{apiservice_controller,handler_proxy,handler_discovery}.go.
 * A name that stands anywhere else is somebody's text.
 */
const PLACES: readonly (readonly [LineSubject['kind'], RegExp])[] = [
  ['name', new RegExp(String.raw`(?:\] |"err":"|"msg":"|err=")${NAME} failed with ?: `)],
  ['name', new RegExp(String.raw`changing APIService availability".{0,40}?\bname"?[=:]${QUOTED}`)],
  ['name', new RegExp(String.raw`(?:loading OpenAPI spec for|[Uu]pdating APIService|group versions for APIService|adding) ${QUOTED}`)],
  ['name', new RegExp(String.raw`AggregationController: (?:action for|Processing) item ${NAME}(?:: |$)`)],
  ['name', new RegExp(String.raw`failed to download ${NAME}: `)],
  [
    'path',
    /(?:response from|bad status from|discovery for) (?:https:\/\/[^\s"\\/]{1,300})?(\/apis\/[a-z0-9.-]{1,253}\/[a-z0-9]{1,63})(?=[:?"\\ ])/,
  ],
  ['service', /error resolving ([a-z0-9-]{1,63}\/[a-z0-9-]{1,63}): /],
  ['service', /discovery for ([a-z0-9-]{1,63}\/[a-z0-9-]{1,63}):\d/],
  ['service', /\bservice ([a-z0-9-]{1,63}\/[a-z0-9-]{1,63}):\d{1,5} returned/],
];

/**
 * Of a line in which what clients sent is blanked; linear in it. The first place counts: behind a name stands the error, and in
 * that the backend's own words.
 */
export function subjectOf(line: string): LineSubject | undefined {
  for (const [kind, place] of PLACES) {
    const value = place.exec(line)?.[1];
    if (value !== undefined) return { kind, value };
  }
  return undefined;
}
