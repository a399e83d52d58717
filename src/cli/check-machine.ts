import { existsSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { checkArtifacts } from './check-artifacts.ts';
import { checkDatabase } from './check-database.ts';
import { type Finding, finding } from './finding.ts';
import { formatBytes, formatQuantity } from './format-values.ts';

export interface CheckOptions {
	readonly db: string | undefined;
	readonly artifacts?: string | undefined;
	readonly backend: 'auto' | 'node' | 'wasm';
	/** Fetch the Temporal server if it is not there. */
	readonly download: boolean;
}

const OLDEST_NODE = [22, 18] as const;
const FREE_BYTES_NEEDED = 200e6;
const FREE_BYTES_WANTED = 2e9;
const MEMORY_WANTED = 2e9;
const SERVER_TIMEOUT_MS = 2_000;

/** Looks at everything at once; the findings come in the order in which they are shown. */
export async function checkMachine(options: CheckOptions): Promise<Finding[]> {
	const findings = await Promise.all([
		checkNode(process.versions.node),
		checkBackend(options.backend),
		checkDatabase(options.db),
		checkArtifacts({ db: options.db, artifacts: options.artifacts }),
		checkTemporalBinary(options.download),
		checkTemporalServer(),
		checkDisk(options.db),
		checkCores(availableParallelism()),
		checkMemory(totalmem(), process.availableMemory()),
	]);
	return findings.filter((found) => found !== null);
}

/** @param version as `process.versions.node` has it */
export function checkNode(version: string): Finding {
	const [major = 0, minor = 0] = version.split('.').map(Number);
	const isNewEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
	const details = { version, path: process.execPath };
	if (isNewEnough) return finding('Node', 'ok', `${version} (${process.execPath})`, null, details);
	return finding('Node', 'missing', `${version} is too old`, 'install Node 22.18 or later', details);
}

async function checkBackend(asked: 'auto' | 'node' | 'wasm'): Promise<Finding> {
	const { measureBackend } = await import('../compute/measure-backend.ts');
	const report = await measureBackend(asked);
	const install = await readInstallState();
	const details = { ...report, install };
	if (!report.ok) {
		return finding('Backend', 'missing', report.reason, 'reinstall the dependencies: npm ci', details);
	}
	const speed = `${report.trainingStepMs.toFixed(1)} ms per training step`;
	if (report.name === 'node') {
		const words = `tfjs-node ${report.version} with TensorFlow ${report.tensorflowVersion ?? 'of unknown version'}, ${speed}`;
		return finding('Backend', 'ok', words, null, details);
	}
	const words = `WebAssembly, tfjs ${report.version}, ${speed}`;
	if (report.fallbackReason === null) return finding('Backend', 'ok', `${words}, as asked`, null, details);
	const why = install?.obstacles ?? report.fallbackReason;
	return finding(
		'Backend',
		'warning',
		`${words}; tfjs-node is several times faster, but: ${why}`,
		install?.remedy ?? null,
		details,
	);
}

interface InstallState {
	readonly obstacles: string | null;
	readonly remedy: string;
}

/** What the install noted about tfjs-node; null where it noted nothing. */
async function readInstallState(): Promise<InstallState | null> {
	const root = packageRoot();
	try {
		const state = JSON.parse(await readFile(join(root, 'node_modules', '.counterfoil-install.json'), 'utf8')) as {
			readonly results: readonly { readonly outcome: string; readonly words: string; readonly remedy?: string }[];
		};
		const failed = state.results.filter(({ outcome }) => outcome === 'unavailable' || outcome === 'broken');
		const again = root.includes('/node_modules/') ? 'npm rebuild counterfoil' : 'npm run postinstall';
		const steps = failed.flatMap(({ remedy }) => remedy ?? []);
		return {
			obstacles: failed.length === 0 ? null : failed.map(({ words }) => words).join('; '),
			remedy: [...steps, `then run: ${again}`].join(', '),
		};
	} catch {
		return null;
	}
}

const ONLY_FOR_TEMPORAL = 'only needed for --temporal';

interface FindTemporal {
	readonly findTemporal: (options: { readonly download: boolean }) => {
		readonly path?: string;
		readonly obstacles: readonly string[];
	};
}

async function checkTemporalBinary(download: boolean): Promise<Finding> {
	const script = join(packageRoot(), 'scripts', 'install', 'find-temporal.mjs');
	const { findTemporal } = (await import(script)) as FindTemporal;
	const { path, obstacles } = findTemporal({ download });
	if (path !== undefined) return finding('Temporal CLI', 'ok', path, null, { path });
	const remedy = `${download ? '' : 'counterfoil doctor --download fetches it; '}or install it (https://docs.temporal.io/cli)`;
	const words = [...obstacles, ONLY_FOR_TEMPORAL].join(', ');
	return finding('Temporal CLI', 'optional', words, remedy.replace(/^or /, ''), { path: null, obstacles });
}

async function checkTemporalServer(): Promise<Finding> {
	const { temporalConfig } = await import('../runtime/connect-temporal.ts');
	const { Connection } = await import('@temporalio/client');
	let address = 'the configured address';
	try {
		const config = temporalConfig();
		address = config.address;
		const connection = await Connection.connect({ ...config.connectionOptions, connectTimeout: SERVER_TIMEOUT_MS });
		await connection.close();
		const words = `answers at ${address}, namespace ${config.namespace}`;
		return finding('Temporal server', 'ok', words, null, { address, namespace: config.namespace });
	} catch (error) {
		const isTimeout = !(error instanceof Error) || /deadline|connect|unavailable|refused/i.test(error.message);
		const words = isTimeout ? `none answers at ${address}` : `${address}: ${error.message}`;
		const remedy = 'start one with: temporal server start-dev; or set TEMPORAL_ADDRESS';
		return finding('Temporal server', 'optional', `${words}, ${ONLY_FOR_TEMPORAL}`, remedy, { address });
	}
}

async function checkDisk(db: string | undefined): Promise<Finding> {
	const { findHome } = await import('../runtime/find-home.ts');
	let folder = findHome(db);
	while (!existsSync(folder) && dirname(folder) !== folder) folder = dirname(folder);
	const { bavail, bsize } = await statfs(folder);
	const free = bavail * bsize;
	const status = free < FREE_BYTES_NEEDED ? 'missing' : free < FREE_BYTES_WANTED ? 'warning' : 'ok';
	const remedy = status === 'ok' ? null : 'free some space, or name a database on another disk with --db';
	return finding('Disk', status, `${formatBytes(free)} free in ${folder}`, remedy, { free, folder });
}

function checkCores(cores: number): Finding {
	const words = formatQuantity(cores, 'core');
	if (cores > 1) return finding('Processor', 'ok', words, null, { cores });
	return finding('Processor', 'warning', words, 'two cores train in about half the time', { cores });
}

function checkMemory(total: number, available: number): Finding {
	const words = `${formatBytes(available)} of ${formatBytes(total)} available`;
	const details = { total, available };
	if (available >= MEMORY_WANTED) return finding('Memory', 'ok', words, null, details);
	return finding('Memory', 'warning', words, 'close other programs; training wants about 2 GB', details);
}

/** The folder of package.json: two above src/cli, three above dist/src/cli. */
function packageRoot(): string {
	return resolve(import.meta.dirname, import.meta.url.endsWith('.ts') ? '../..' : '../../..');
}
