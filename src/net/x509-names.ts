import type { X509Certificate } from 'node:crypto';

const SEQUENCE = 0x30;
const VERSION = 0xa0;

/**
 * True when the issuer of one is the subject of the other as Go compares them: byte for byte. A name that was written as
 * PrintableString in one certificate and as UTF8String in the other is another name, and no signature is looked at (crypto/x509 of
 * Go 1.26.8); OpenSSL 3.0 takes the two for one. Undefined: one of them is no DER.
 */
export function isNamedIssuer(certificate: X509Certificate, issuer: X509Certificate): boolean | undefined {
  const name = namesOf(certificate.raw)?.issuer;
  const subject = namesOf(issuer.raw)?.subject;
  return name && subject && name.equals(subject);
}

/** Both names of a certificate (RFC 5280 4.1), as they are encoded. */
function namesOf(der: Buffer): { readonly issuer: Buffer; readonly subject: Buffer } | undefined {
  const certificate = elementAt(der, 0);
  const body = certificate && elementAt(der, certificate.content);
  if (body?.tag !== SEQUENCE) return undefined;
  // version, where it is given; serialNumber, signature, issuer, validity, subject
  let at = body.content;
  const elements: Buffer[] = [];
  while (elements.length < 5) {
    const element = elementAt(der, at);
    if (!element || element.end > body.end) return undefined;
    if (element.tag !== VERSION) elements.push(der.subarray(at, element.end));
    at = element.end;
  }
  const [, , issuer, , subject] = elements;
  return issuer && subject && { issuer, subject };
}

interface Element {
  readonly tag: number;
  /** Where its content begins. */
  readonly content: number;
  readonly end: number;
}

function elementAt(der: Buffer, at: number): Element | undefined {
  const [tag, short] = [der[at], der[at + 1]];
  if (tag === undefined || short === undefined) return undefined;
  const long = short < 0x80 ? 0 : short & 0x7f;
  // Indefinite lengths are no DER, and longer ones no certificate.
  if (short === 0x80 || long > 3 || at + 2 + long > der.length) return undefined;
  const content = at + 2 + long;
  const end = content + (long === 0 ? short : der.readUIntBE(at + 2, long));
  return end > der.length ? undefined : { tag, content, end };
}
