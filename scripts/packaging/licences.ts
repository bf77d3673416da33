import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './lock.ts';
import type { BundledPackage } from './packages.ts';

/** They allow what we do, to hand on a bundle under Apache-2.0, and ask for no more than that their text and notices come with it. */
const ALLOWED: ReadonlySet<string> = new Set(['Apache-2.0', 'MIT', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'Unlicense']);
const TEXTS = /^(licen[cs]e|copying|notice)/i;
const RULE = '='.repeat(100);

/** What a bundle owes to those whose work is in it: each package with its licence. @throws Error naming a package whose licence is unknown, not allowed or without text */
export function thirdPartyLicences(packages: readonly BundledPackage[]): string {
  const refused = packages.filter(({ license = '' }) => !ALLOWED.has(license));
  if (refused.length > 0) {
    const named = refused.map(({ name, version, license }) => `${name} ${version} (${license ?? 'none given'})`);
    throw new Error(`licences that nobody has looked at: ${named.join(', ')}; allowed are ${[...ALLOWED].join(', ')}`);
  }
  const head = `This program contains parts of ${packages.length} packages, unchanged but for being bundled and minified.\n`;
  return `${head}${packages.map(section).join('')}`;
}

function section({ name, version, license, folder }: BundledPackage): string {
  const texts = readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter((entry) => entry.isFile() && TEXTS.test(entry.name))
    .map((entry) =>
      readFileSync(join(ROOT, folder, entry.name), 'utf8')
        .replaceAll('\r\n', '\n')
        .trim(),
    )
    .sort();
  if (texts.length === 0) throw new Error(`${name} ${version} brings no text of its licence, which has to come with it`);
  return `\n${RULE}\n${name} ${version}: ${license}\n${RULE}\n\n${texts.join('\n\n')}\n`;
}
