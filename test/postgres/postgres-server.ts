import { spawnSync } from 'node:child_process';
import { appendFileSync, chownSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/store/open-store.ts';
import { freePort, sharedServer } from '../shared-server.ts';

/** A server that was started for the tests. Its user `tester` may do everything, without a password. */
export interface PostgresServer {
	/** URL of a database of the server through its socket. */
	url(database: string, parameters?: Record<string, string>): string;
	/** Its socket, its certificate `root.crt`, its data. */
	readonly folder: string;
	/** Where it listens on 127.0.0.1. */
	readonly port: number;
	/** Whether it can encrypt, with a certificate for `localhost`. */
	readonly hasTls: boolean;
	/** The folder of PostgreSQL's programs. */
	readonly programs: string;
	/** Runs a statement as the user who may do everything. */
	run(statement: string, database?: string): Promise<void>;
}

export interface ServerOptions {
	/** Keeps what is committed through a loss of power, as a server does by default. @default false */
	readonly isDurable?: boolean;
}

/** A database with all tables and no rows. */
export const TEMPLATE = 'counterfoil_template';

const SETTINGS = `
listen_addresses = '127.0.0.1'
max_connections = 200
jit = off
`;
/** What nobody needs of a server that is thrown away. */
const QUICK_SETTINGS = `
fsync = off
synchronous_commit = off
full_page_writes = off
shared_buffers = 64MB
autovacuum = off
`;
/** The user `guarded` has to give a password. */
const ACCESS = `local all guarded scram-sha-256
local all all trust
host all guarded 127.0.0.1/32 scram-sha-256
host all all 127.0.0.1/32 trust
`;

/** Why tests on PostgreSQL cannot run here; false if they can. */
export function postgresMissing(): string | false {
	if (findPrograms() === null) return 'no PostgreSQL server is installed (apt-get install postgresql)';
	return process.getuid?.() === 0 && serverUser() === null
		? 'PostgreSQL does not run as root, and there is no user "postgres" or "nobody"'
		: false;
}

/** The server of this test run; one that keeps what is committed is its own. */
export async function postgresServer(options: ServerOptions = {}): Promise<PostgresServer> {
	const programs = findPrograms();
	if (programs === null) throw new Error(String(postgresMissing()));
	const { folder, started } = await sharedServer({
		name: 'postgres',
		start: async (own) => {
			const made = await start(own, programs, options.isDurable ?? false);
			await makeTemplate(describeServer(own, programs, made));
			return made;
		},
		stop: (own) => `kill -QUIT "$(head -n 1 '${own}/data/postmaster.pid')"`,
	});
	return describeServer(folder, programs, started);
}

type StartedServer = Pick<PostgresServer, 'port' | 'hasTls'>;

function describeServer(folder: string, programs: string, started: StartedServer): PostgresServer {
	return {
		...started,
		folder,
		programs,
		url: (database, parameters = {}) => {
			const named = new URLSearchParams({ port: String(started.port), ...parameters });
			return `postgres://tester@${encodeURIComponent(folder)}/${database}?${named}`;
		},
		run: async (statement, database = 'postgres') => {
			const client = new pg.Client({ host: folder, port: started.port, user: 'tester', database });
			await client.connect();
			try {
				await client.query(statement);
			} finally {
				await client.end();
			}
		},
	};
}

function findPrograms(): string | null {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
	const folders = [...versions.map((version) => join(debian, version, 'bin')), ...(process.env.PATH ?? '').split(':')];
	return (
		folders.find((folder) => ['initdb', 'postgres', 'pg_ctl'].every((name) => existsSync(join(folder, name)))) ?? null
	);
}

interface ServerUser {
	readonly uid: number;
	readonly gid: number;
}

function serverUser(): ServerUser | null {
	for (const name of ['postgres', 'nobody']) {
		const { status, stdout } = spawnSync('id', ['-u', name], { encoding: 'utf8' });
		if (status !== 0) continue;
		const gid = spawnSync('id', ['-g', name], { encoding: 'utf8' }).stdout;
		return { uid: Number(stdout), gid: Number(gid) };
	}
	return null;
}

async function start(folder: string, programs: string, isDurable: boolean): Promise<StartedServer> {
	const user = process.getuid?.() === 0 ? serverUser() : null;
	if (user !== null) chownSync(folder, user.uid, user.gid);
	const run = (program: string, ...args: string[]): void => {
		const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8', ...user });
		if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}${stdout}`);
	};
	const data = join(folder, 'data');
	const make = (...locale: string[]) =>
		run(join(programs, 'initdb'), '-D', data, '-U', 'tester', '-A', 'trust', '-E', 'UTF8', '-N', ...locale);
	try {
		// A database that compares texts as people do, so that tests notice what must not.
		make('--locale-provider=icu', '--icu-locale=en-US', '--locale=C.UTF-8');
	} catch {
		make('--no-locale');
	}
	const hasTls = makeCertificate(run);
	const port = await freePort();
	const tls = hasTls ? `ssl = on\nssl_cert_file = '${folder}/root.crt'\nssl_key_file = '${folder}/root.key'\n` : '';
	appendFileSync(
		join(data, 'postgresql.conf'),
		`${SETTINGS}${isDurable ? '' : QUICK_SETTINGS}${tls}port = ${port}\nunix_socket_directories = '${folder}'\n`,
	);
	writeFileSync(join(data, 'pg_hba.conf'), ACCESS);
	run(join(programs, 'pg_ctl'), '-D', data, '-l', join(folder, 'log'), '-w', '-s', 'start');
	return { port, hasTls };
}

/** To copy a database is quicker than to make its tables. */
async function makeTemplate(server: PostgresServer): Promise<void> {
	await server.run(`create database ${TEMPLATE}`);
	await (await openStore({ path: server.url(TEMPLATE) })).close();
}

function makeCertificate(run: (program: string, ...args: string[]) => void): boolean {
	try {
		const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
		run(
			'openssl',
			'req',
			'-x509',
			'-newkey',
			'rsa:2048',
			'-nodes',
			'-keyout',
			'root.key',
			'-out',
			'root.crt',
			...names,
		);
		return true;
	} catch {
		return false;
	}
}
