/** RFC 6750, 2.1 */
const BEARER = /^Bearer +([A-Za-z0-9._~+/-]+=*) *$/i;
/** Bytes of the whole header: no token of a kube-apiserver comes near it. */
const LONGEST = 16_384;

/** The bearer token of an Authorization header; undefined where there is none, or it is of another scheme, malformed or over 16 KiB. */
export function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined || header.length > LONGEST) return undefined;
  return BEARER.exec(header)?.[1];
}
