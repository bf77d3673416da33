// Writes what a release has beside the source: npm run release:assets [-- FOLDER]
import { writeArtifacts } from '../src/generate/write-artifacts.ts';
import { releaseAssets } from './release-files.ts';

const folder = process.argv[2] ?? 'release';
const assets = await releaseAssets();
await writeArtifacts(folder, assets, []);
process.stderr.write(`${assets.length} files written to ${folder}: attach them to the release\n`);
