// Writes the whole chart: npm run chart [-- FOLDER]
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeArtifacts } from '../../src/generate/write-artifacts.ts';
import { CHART, wholeChart } from './assemble.ts';

const folder = process.argv[2] ?? 'release/chart';
rmSync(join(folder, CHART), { recursive: true, force: true });
const files = await wholeChart();
await writeArtifacts(folder, files, []);
process.stderr.write(`${files.length} files written to ${join(folder, CHART)}: install it, or pack it with helm package\n`);
