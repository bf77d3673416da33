import { CAUSES } from '../correlations/list.ts';
import { readBoundedFile } from '../files/bounded-file.ts';
import { checkSignatures, parseSignatureFile, SignatureFileError, type UserSignature } from '../signatures/signature-file.ts';

/** The file that `logs.signatures_file` names. Throws an Error that lists everything that is wrong with it. */
export function readSignaturesFile(file: string): UserSignature[] {
  const setting = `logs.signatures_file: ${JSON.stringify(file)}`;
  let text: string;
  try {
    text = readBoundedFile(file);
  } catch (error) {
    throw new Error(`${setting}: can't be read: ${(error as Error).message}`);
  }
  const signatures = parsed(text, setting);
  const problems = [...checkSignatures(signatures), ...unknownCauses(signatures)];
  if (problems.length > 0) throw new Error(`${setting}:\n  ${problems.join('\n  ')}`);
  return signatures;
}

function parsed(text: string, setting: string): UserSignature[] {
  try {
    return parseSignatureFile(text);
  } catch (error) {
    if (!(error instanceof SignatureFileError)) throw error;
    throw new Error(`${setting}:\n  ${error.problems.join('\n  ')}`);
  }
}

function unknownCauses(signatures: readonly UserSignature[]): string[] {
  const known = new Set<string>(CAUSES.map(({ id }) => id));
  return signatures.flatMap(({ id, pointsTo = [] }) =>
    pointsTo
      .filter((cause) => !known.has(cause))
      .map(
        (cause) => `signature ${JSON.stringify(id)}: pointsTo ${JSON.stringify(cause)} is no cause; allowed are ${[...known].join(', ')}`,
      ),
  );
}
