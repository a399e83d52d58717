import { findNearest } from '../contracts/find-nearest.ts';
import type { Terminal } from './terminal.ts';

const PREFIX = 'COUNTERFOIL_';

/** Says of environment variables that nobody reads which one may have been meant; a setting would be lost in silence. */
export async function noteMistypedVariables(
	terminal: Terminal,
	environment: NodeJS.ProcessEnv = process.env,
): Promise<void> {
	const set = Object.keys(environment).filter((name) => name.startsWith(PREFIX));
	if (set.length === 0) return;
	const { ENVIRONMENT } = await import('../runtime/environment.ts');
	const others = set.filter((name) => !ENVIRONMENT.some(([known]) => known === name));
	if (others.length === 0) return;
	const { environmentName } = await import('../runtime/gather-config.ts');
	const { configSchema } = await import('../runtime/config-schema.ts');
	const known = [...ENVIRONMENT.map(([name]) => name), ...Object.keys(configSchema.shape).map(environmentName)];
	for (const name of others) {
		if (known.includes(name)) continue;
		const ending = findNearest(
			name.slice(PREFIX.length),
			known.map((one) => one.slice(PREFIX.length)),
		);
		if (ending !== null) terminal.note(`${name} is not read; did you mean ${PREFIX}${ending}?`);
	}
}
