import { globSync } from 'node:fs';
import { join } from 'node:path';
import { compareReaders } from '../ingest/compare-readers.ts';

/**
 * Holds the reader of plain records to the reference reader on every delimited text below a folder:
 *
 *     node test/corpora/compare-readers.ts FOLDER
 *
 * Ends with 1 at the first difference.
 */
const folder = process.argv[2] ?? process.env.COUNTERFOIL_CORPORA;
if (folder === undefined) {
	process.stderr.write('name the folder of the corpora\n');
	process.exit(2);
}
let files = 0;
for (const entry of globSync('**/*', { cwd: folder, withFileTypes: true })) {
	if (entry.isFile() && (await compareReaders(join(entry.parentPath, entry.name)))) files++;
}
process.stdout.write(`${files} delimited texts are read alike by both readers\n`);
