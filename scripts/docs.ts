// Writes the generated pages of docs/, and of the chart its values.
import { mkdirSync, writeFileSync } from 'node:fs';
import { measure } from './bundle.mjs';
import { chartFiles } from './chart/files.ts';
import { generatedDocs } from './generated-docs.ts';
import { renderDependencies } from './packaging/dependencies.ts';
import { bundledPackages } from './packaging/packages.ts';

mkdirSync('docs', { recursive: true });
for (const [file, text] of Object.entries(generatedDocs())) writeFileSync(`docs/${file}`, text);
for (const [file, text] of Object.entries(chartFiles())) writeFileSync(`deploy/helm/${file}`, text);
writeFileSync('docs/dependencies.md', renderDependencies(bundledPackages(await measure())));
