// Writes the files that everything that ships is made of: npm run app -- FOLDER
import { layOutApp } from './app.ts';

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('a folder is missing: npm run app -- FOLDER; what it holds is replaced');
await layOutApp(folder);
