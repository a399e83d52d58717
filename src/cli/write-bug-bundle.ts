import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { arch, platform, release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { CounterfoilError } from '../contracts/errors.ts';
import { framesOf } from '../runtime/error-frames.ts';
import { readVersion } from '../runtime/open-workspace.ts';
import { describeCause } from './describe-cause.ts';
import type { DescribedCommand } from './describe-program.ts';

/**
 * Writes what is known of a defect to a file that can be handed on: version, system, command and calls. No data: values
 * of options, arguments and messages of errors are left out, since they may hold some.
 *
 * @returns the path; null where nothing can be written
 */
export async function writeBugBundle(error: CounterfoilError, argv: readonly string[]): Promise<string | null> {
	const name = `counterfoil-bug-${new Date().toISOString().replaceAll(/[-:]|\..*/g, '')}-${randomBytes(3).toString('hex')}`;
	const path = join(tmpdir(), `${name}.json`);
	const bundle = {
		counterfoil: readVersion(),
		node: process.versions.node,
		system: `${platform()} ${release()} ${arch()}`,
		command: await hideValues(argv),
		code: error.code,
		// Messages may quote columns or cells.
		cause: error.cause instanceof CounterfoilError ? error.cause.code : describeCause(error),
		calls: framesOf(error),
		memory: process.memoryUsage(),
	};
	try {
		writeFileSync(path, `${JSON.stringify(bundle, null, '\t')}\n`, { mode: 0o600, flag: 'wx' });
		return path;
	} catch {
		return null;
	}
}

/** Names of commands and options say what was done; all else may be the user's. */
async function hideValues(argv: readonly string[]): Promise<string[]> {
	const { describeCommands } = await import('./describe-commands.ts');
	const program = await describeCommands();
	let at: readonly DescribedCommand[] = program.commands;
	return argv.map((argument) => {
		const command = at.find(({ path }) => path.split(' ').at(-1) === argument);
		if (command !== undefined) {
			at = command.commands;
			return argument;
		}
		return /^--?[a-z][a-z-]*(?==|$)/.exec(argument)?.[0] ?? '...';
	});
}
