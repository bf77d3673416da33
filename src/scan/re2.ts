import { RE2JS } from 're2js';
import { type LineTest, type Pattern, PatternError } from './pattern.ts';

/** The syntax check of patterns that others wrote: RE2 is stricter than our parser where nested repeats multiply. @throws PatternError */
export function compileRe2({ id, pattern }: Pattern): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    throw new PatternError(`${JSON.stringify(id)}: pattern ${JSON.stringify(pattern)} is not RE2 syntax: ${(error as Error).message}`);
  }
}

/** The `fallback` of patterns that others wrote. @throws PatternError for what is not RE2 syntax. */
export function re2Test(pattern: Pattern): LineTest {
  const compiled = compileRe2(pattern);
  return (bytes, start, end) => compiled.test(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
}
