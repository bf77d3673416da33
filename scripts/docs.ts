// Writes the generated pages of docs/.
import { mkdirSync, writeFileSync } from 'node:fs';
import { generatedDocs } from './generated-docs.ts';

mkdirSync('docs', { recursive: true });
for (const [file, text] of Object.entries(generatedDocs())) writeFileSync(`docs/${file}`, text);
