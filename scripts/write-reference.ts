import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeApi } from './reference/describe-api.ts';
import { describeCommandPage } from './reference/describe-command-page.ts';
import { describeConfiguration } from './reference/describe-configuration.ts';
import { describeErrors } from './reference/describe-errors.ts';
import { describeExports } from './reference/describe-exports.ts';
import { describeTables } from './reference/describe-tables.ts';

/** Every page of the reference that is made from the code, by its path from the root of the repository. */
export async function makeReference(): Promise<Map<string, string>> {
	return new Map([
		['docs/errors.md', describeErrors()],
		['docs/reference/api.md', await describeApi()],
		['docs/reference/commands.md', await describeCommandPage()],
		['docs/reference/configuration.md', await describeConfiguration()],
		['docs/reference/tables.md', await describeTables()],
		...describeExports(),
	]);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	for (const [path, text] of await makeReference()) {
		const file = fileURLToPath(new URL(`../${path}`, import.meta.url));
		mkdirSync(dirname(file), { recursive: true });
		writeFileSync(file, text);
	}
}
