/** 0 beyond the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** An ASCII digit. */
export function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
