/**
 * What one attempt accepts from the other end. A backend may be broken or hostile, and one core answers for all of them: without
 * limits one that sends interim responses for ever cost twenty times the CPU of a good one. Each is far above what an API server
 * sends, and an answer beyond it is no API server's: `invalid_response`, with the limit in words.
 */
export const LIMITS = {
  /**
   * Interim responses (1xx) before the answer. We send no Expect, so none is due. Go gave up after 5 until 1.23; since 1.24 it
   * counts their bytes, up to 10 MiB with the answer's own head (net/http Transport.MaxResponseHeaderBytes), which is 400 000.
   */
  interimHeads: 10,
  /** Bytes of all heads together, as Go counts them. A kube-apiserver's has less than 2 KiB. */
  headBytes: 64 * 1024,
  /** Lines of one head. A kube-apiserver's has about 15. */
  headLines: 256,
  /** Bytes of the line before a chunk, its extensions included, as in Go (net/http/internal maxLineLength). */
  chunkLineBytes: 4096,
  /** What chunk lines may be longer than 16 bytes and twice the data, in sum, as in Go: "too much non-data". */
  chunkExcessBytes: 16 * 1024,
  /** Bytes of all trailers, as in Go, which looks for their end in one buffer (net/http body.readTrailer). */
  trailerBytes: 4096,
  /** Pieces (chunks, reads, TLS records) that may be small … */
  smallPieces: 128,
  /** … and the bytes that each beyond those has to bring on average: Go's servers write 1 to 16 KiB at once. */
  pieceBytes: 256,
  /** Bytes on the wire beyond the body's own limit: handshake (OpenSSL takes 100 KiB of certificates), heads, framing; but also what never becomes an answer. */
  wireBytes: 192 * 1024,
} as const;

/** True when so many pieces brought so little that handling them is the purpose. */
export function areCrumbs(pieces: number, bytes: number): boolean {
  return pieces > LIMITS.smallPieces + bytes / LIMITS.pieceBytes;
}
