import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { openObjectInputs } from '../artifacts/object-inputs.ts';
import { isObjectAddress } from '../contracts/object-address.ts';
import { findInputs, requireAllowed, requireAllowedPattern } from '../ingest/find-inputs.ts';

export interface FoundFile {
	readonly path: string;
	/** Hash of path, size and time of change (in object storage the entity tag). */
	readonly itemKey: string;
}

const PLACES: Readonly<Record<string, { readonly wildcard: string; readonly pattern: string }>> = {
	yyyy: { wildcard: '[0-9][0-9][0-9][0-9]', pattern: '(?<yyyy>\\d{4})' },
	MM: { wildcard: '[0-9][0-9]', pattern: '(?<MM>\\d{2})' },
	dd: { wildcard: '[0-9][0-9]', pattern: '(?<dd>\\d{2})' },
	HH: { wildcard: '[0-9][0-9]', pattern: '(?<HH>\\d{2})' },
};
const PLACE = /\{(yyyy|MM|dd|HH)\}/g;

/**
 * The files of a folder or pattern, of files or objects, that can be read now, by name: those that have not been
 * written to for a while, and whose date, if the pattern has one in it, is not after `dueAtMs` (UTC). None is no
 * error: they may be yet to come.
 *
 * @param inputRoots null: any file may be read
 * @throws CounterfoilError INPUT_NOT_ALLOWED before anything is listed
 */
export async function findNewFiles(
	pattern: string,
	{ settleSeconds, dueAtMs, inputRoots }: NewFileOptions,
): Promise<FoundFile[]> {
	const dateOf = datesIn(pattern);
	const wild = pattern.replace(PLACE, (_, place: string) => PLACES[place]?.wildcard ?? '');
	await requireAllowedPattern(wild, inputRoots);
	const found: FoundFile[] = [];
	for (const { path, modifiedMs, facts } of isObjectAddress(pattern) ? await listRemote(wild) : await listLocal(wild)) {
		if (Date.now() - modifiedMs < settleSeconds * 1_000) continue;
		const dateMs = dateOf(path);
		if (dateMs === null || dateMs > dueAtMs) continue;
		// A link may lead out of the folder, and other names may be below the same prefix.
		if (!(await isAllowed(path, inputRoots))) continue;
		const key = JSON.stringify([path, ...facts]);
		found.push({ path, itemKey: createHash('sha256').update(key).digest('hex') });
	}
	return found;
}

export interface NewFileOptions {
	readonly settleSeconds: number;
	readonly dueAtMs: number;
	readonly inputRoots: readonly string[] | null;
}

function isAllowed(path: string, roots: readonly string[] | null): Promise<boolean> {
	return requireAllowed(path, roots).then(
		() => true,
		() => false,
	);
}

interface ListedFile {
	readonly path: string;
	readonly modifiedMs: number;
	/** While these stay, the content need not be read again. */
	readonly facts: readonly (number | string)[];
}

async function listLocal(source: string): Promise<ListedFile[]> {
	const { paths } = await findInputs(source).catch(noneIfNotFound({ paths: [] }));
	const listed: ListedFile[] = [];
	for (const path of paths) {
		const facts = await stat(path).catch(() => null);
		if (facts === null || !facts.isFile()) continue;
		listed.push({ path, modifiedMs: facts.mtimeMs, facts: [facts.size, facts.mtimeMs] });
	}
	return listed;
}

async function listRemote(source: string): Promise<ListedFile[]> {
	const { files } = await openObjectInputs()
		.find(source)
		.catch(noneIfNotFound({ files: [] }));
	return files.map(({ path, modifiedMs, bytes, etag }) => ({ path, modifiedMs, facts: [bytes, etag] }));
}

function noneIfNotFound<None>(none: None): (error: unknown) => None {
	return (error) => {
		if (error instanceof Error && 'code' in error && error.code === 'INPUT_NOT_FOUND') return none;
		throw error;
	};
}

export async function hashFile(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(isObjectAddress(path) ? openObjectInputs().read(path) : createReadStream(path), hash);
	return hash.digest('hex');
}

/** The date in a path by a pattern, in milliseconds; 0 where the pattern has none; null where it is no date. */
function datesIn(pattern: string): (path: string) => number | null {
	if (!pattern.match(PLACE)) return () => 0;
	const escaped = pattern
		.split(PLACE)
		.map((part, i) => (i % 2 === 1 ? (PLACES[part]?.pattern ?? '') : part.replace(/[.+^$()|\\]/g, '\\$&')))
		.join('')
		.replaceAll('*', '.*');
	// A place may come twice, as in `{yyyy}/{yyyy}-{MM}.csv`; its first value counts.
	const seen = new Set<string>();
	const unique = escaped.replace(/\(\?<(\w+)>/g, (group, name: string) => {
		if (seen.has(name)) return '(?:';
		seen.add(name);
		return group;
	});
	const matcher = new RegExp(`${unique}$`);
	return (path) => {
		const { yyyy, MM = '01', dd = '01', HH = '00' } = matcher.exec(path)?.groups ?? {};
		const ms = yyyy === undefined ? Number.NaN : Date.parse(`${yyyy}-${MM}-${dd}T${HH}:00:00Z`);
		return Number.isNaN(ms) ? null : ms;
	};
}
