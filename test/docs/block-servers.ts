import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { startTemporal } from '../e2e/temporal-server.ts';
import { objectServer, objectServerMissing } from '../object-storage/seaweed-server.ts';
import { postgresMissing, postgresServer } from '../postgres/postgres-server.ts';

/** What a shell block is run with beside its folder. */
export interface Surroundings {
	readonly env?: NodeJS.ProcessEnv;
	/** What stands for what the page says: names of servers and what the reader would start. */
	readonly substitutes?: readonly Substitute[];
}

export type Substitute = readonly [said: RegExp, run: string];

interface BlockServer {
	/** Why it cannot be had here; false if it can. */
	missing(): string | false;
	start(): Promise<Surroundings & { stop(): Promise<void> }>;
}

/** What `<!-- needs: ... -->` above a block may name, several with a comma. */
export const BLOCK_SERVERS: Readonly<Record<string, BlockServer>> = {
	PostgreSQL: { missing: postgresMissing, start: () => startPostgres(false) },
	'a database of PostgreSQL': { missing: postgresMissing, start: () => startPostgres(true) },
	Temporal: {
		missing: () => false,
		async start() {
			const { env, stop } = await startTemporal();
			return { env, substitutes: [[/^temporal server start-dev .*$/gm, ': the server of the test']], stop };
		},
	},
	'object storage': {
		missing: objectServerMissing,
		async start() {
			const { env, newBucket } = await objectServer();
			return {
				// What is known of tables lies where the artifacts are: another place begins with another database.
				env: { ...env, COUNTERFOIL_DB: 'other.db' },
				substitutes: [
					[/^npm install .*$/gm, ': it is installed'],
					[/s3:\/\/fraud-artifacts\b/g, await newBucket()],
					[/https:\/\/s3\.example\b/g, env.AWS_ENDPOINT_URL_S3],
				],
				stop: async () => undefined,
			};
		},
	},
};

async function startPostgres(hasDatabase: boolean): Promise<Surroundings & { stop(): Promise<void> }> {
	const { folder, port, programs, url, run } = await postgresServer();
	if (hasDatabase) await run('create database fraud');
	return {
		env: { PGHOST: folder, PGPORT: String(port), PGUSER: 'tester', PATH: `${programs}:${process.env.PATH}` },
		substitutes: [
			[/postgres:\/\/(?:counterfoil@)?db\.example(?::5432)?\/fraud(?:\?sslmode=verify-full)?/g, `'${url('fraud')}'`],
			[/''(postgres:[^']*)''/g, `'$1'`],
		],
		stop: () => run('drop database if exists fraud with (force)'),
	};
}

/** What answers at the first link that a script prints; the script and all that it has started are stopped then. */
export async function firstAnswer(
	script: string,
	options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<Response> {
	const child = spawn('sh', ['-eu', '-c', script], { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
	const ended = once(child, 'close');
	let out = '';
	let errors = '';
	child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
	try {
		for await (const text of child.stdout.setEncoding('utf8')) {
			out += text;
			const link = /^https?:\/\/\S+(?=\n)/m.exec(out)?.[0];
			if (link !== undefined) return await fetch(link);
		}
		throw new Error(`no link was printed by\n${script}\n${out}${errors}`);
	} finally {
		if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGTERM');
		await ended;
	}
}
