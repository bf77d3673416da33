// Writes the lists of the catalogue, then the types of its ids. The lists come first: the ids are read from what they hold.
import { writeFileSync } from 'node:fs';
import { catalogueLists, idTypes } from './catalogue-files.ts';

for (const [file, text] of Object.entries(catalogueLists('.'))) writeFileSync(file, text);
const [{ CAUSES }, { SIGNALS }, { DERIVED_SIGNALS }, { SIGNATURES }] = await Promise.all([
  import('../src/correlations/list.ts'),
  import('../src/signals/list.ts'),
  import('../src/signals/derived.ts'),
  import('../src/signatures/list.ts'),
]);
writeFileSync('src/domain/ids.ts', idTypes({ causes: CAUSES, signals: [...SIGNALS, ...DERIVED_SIGNALS], signatures: SIGNATURES }));
