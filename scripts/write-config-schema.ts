import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { configJsonSchema } from '../src/runtime/config-json-schema.ts';

/** The text of schema.json: what the configuration file may say, for editors. */
export function writeConfigSchema(): string {
	return `${JSON.stringify(configJsonSchema(), null, '\t')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
	writeFileSync(new URL('../schema.json', import.meta.url), writeConfigSchema());
}
