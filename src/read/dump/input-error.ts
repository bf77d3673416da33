/** The input is not what `diagnose --from` reads; the message says what it is and what would do. */
export class InputError extends Error {
  override readonly name = 'InputError';
}
