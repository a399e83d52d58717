import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, cpus, platform, release, totalmem } from 'node:os';

/** Where and with what something was measured. */
export interface Machine {
	readonly cpu: string;
	readonly cores: number;
	readonly memoryGb: number;
	readonly system: string;
}

export function describeMachine(): Machine {
	return {
		cpu: cpus()[0]?.model.trim() ?? 'unknown',
		cores: cpus().length,
		memoryGb: Math.round(totalmem() / 2 ** 30),
		system: `${platform()} ${release()} ${arch()}`,
	};
}

/** Versions of what the project itself brings. */
export function describeVersions(): Record<string, string> {
	const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
		version: string;
	};
	const commit = readCommit();
	return {
		counterfoil: commit === null ? version : `${version} (${commit})`,
		node: process.versions.node,
	};
}

/** Null outside a repository. */
function readCommit(): string | null {
	try {
		const root = new URL('.', import.meta.url);
		const told = execFileSync('git', ['describe', '--always', '--dirty', '--exclude', '*'], {
			cwd: root,
			encoding: 'utf8',
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		return told.trim();
	} catch {
		return null;
	}
}
