import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse } from 'yaml';
import { CounterfoilError } from '../contracts/errors.ts';
import { splitNames } from '../contracts/split-names.ts';
import { check, readYaml, withoutUndefined } from './check-config.ts';
import { type ConfigFlags, configSchema } from './config-schema.ts';

/** Looked for in the current folder where no file is named. */
export const PROJECT_FILES = ['counterfoil.config.yaml', 'counterfoil.config.ts'] as const;

/** What one source has said of the settings. */
export interface ConfigLayer {
	readonly kind: 'flag' | 'environment' | 'project file' | 'user file';
	/** Path of the file; null: it is none. */
	readonly path: string | null;
	readonly said: ConfigFlags;
}

export interface ConfigSources {
	/** Path of the configuration file; undefined: one of `PROJECT_FILES` if there is one. */
	readonly file?: string | undefined;
	readonly flags: ConfigFlags;
	/** @default process.env */
	readonly environment?: NodeJS.ProcessEnv;
}

/**
 * What was said of the settings, what wins first: flags, then environment variables, the project's file, the user's file.
 *
 * @throws CounterfoilError CONFIG_INVALID, INPUT_NOT_FOUND (a file that was named)
 */
export async function gatherConfig(sources: ConfigSources): Promise<readonly ConfigLayer[]> {
	const { file, flags, environment = process.env } = sources;
	const own = userFile(environment);
	const project = file ?? findProjectFile();
	return [
		{ kind: 'flag', path: null, said: withoutUndefined(check(configSchema, flags, 'command line')) },
		{ kind: 'environment', path: null, said: readEnvironment(environment) },
		...(project === null ? [] : [await readLayer('project file', project, file === undefined)]),
		...(existsSync(own) ? [await readLayer('user file', own, true)] : []),
	];
}

/** The settings of all sources in one; of two that contradict one another the one that wins. */
export function mergeLayers(layers: readonly ConfigLayer[]): ConfigFlags {
	let merged: ConfigFlags = {};
	for (const { said } of layers.toReversed()) {
		const limits = { ...merged.limits, ...said.limits };
		// Both say when a run fails, and the number wins: it must not win over a later share.
		const { maxRejects: _, ...others } = merged;
		const before = said.maxRejectShare === undefined ? merged : others;
		merged = { ...before, ...said, ...(Object.keys(limits).length === 0 ? {} : { limits }) };
	}
	return merged;
}

/** The environment variable of a setting: its words in capitals, joined by underscores. */
export function environmentName(key: string): string {
	return `COUNTERFOIL_${key.replaceAll(/[A-Z]/g, '_$&').toUpperCase()}`;
}

/** Settings of a user in all folders: `~/.config/counterfoil/config.yaml`, or below XDG_CONFIG_HOME. */
export function userFile(environment: NodeJS.ProcessEnv = process.env): string {
	return join(environment.XDG_CONFIG_HOME || join(homedir(), '.config'), 'counterfoil', 'config.yaml');
}

function findProjectFile(): string | null {
	const [first, second] = PROJECT_FILES.filter((name) => existsSync(name));
	if (second !== undefined) {
		throw new CounterfoilError('CONFIG_INVALID', `there are two configuration files: ${first} and ${second}`, {
			where: resolve('.'),
			hint: 'keep one of them, or name it with --config FILE',
		});
	}
	return first ?? null;
}

function readEnvironment(environment: NodeJS.ProcessEnv): ConfigFlags {
	const said: Record<string, unknown> = {};
	for (const [key, schema] of Object.entries(configSchema.shape)) {
		const name = environmentName(key);
		const text = environment[name];
		if (text === undefined || text === '') continue;
		const read = check(
			configSchema,
			{ [key]: readText(text, schema.unwrap().def.type) },
			`environment variable ${name}`,
		);
		Object.assign(said, read);
	}
	return said;
}

/** A text stands for itself, a list is separated by commas, all else is written as in the file. */
function readText(text: string, type: string): unknown {
	if (type === 'string' || type === 'enum') return text;
	if (type === 'readonly') return splitNames(text);
	try {
		return parse(text, { schema: 'core', maxAliasCount: 10 });
	} catch {
		return text;
	}
}

async function readLayer(kind: ConfigLayer['kind'], path: string, mayBeAbsent: boolean): Promise<ConfigLayer> {
	const isProgram = /\.[cm]?[jt]s$/.test(path);
	const read = isProgram ? { value: await loadModule(path), placeOf: () => path } : await readFile(path, mayBeAbsent);
	return { kind, path, said: check(configSchema, read?.value ?? {}, read?.placeOf ?? path) };
}

function readFile(path: string, mayBeAbsent: boolean): ReturnType<typeof readYaml> {
	return readYaml(path, { what: 'configuration', example: 'label: is_fraud', mayBeAbsent });
}

/** What a module exports by default: the object that `defineConfig` has been given. */
async function loadModule(path: string): Promise<unknown> {
	if (!existsSync(path)) {
		throw new CounterfoilError('INPUT_NOT_FOUND', 'the configuration file cannot be read', {
			where: path,
			hint: 'check the path, and that the file may be read',
		});
	}
	let loaded: { readonly default?: unknown };
	try {
		loaded = (await import(pathToFileURL(resolve(path)).href)) as typeof loaded;
	} catch (cause) {
		const reason = cause instanceof Error ? (cause.message.split('\n', 1)[0] as string) : 'it throws';
		throw new CounterfoilError('CONFIG_INVALID', `the configuration file cannot be loaded: ${reason}`, {
			where: path,
			hint: 'run it with node by itself; what it imports must be installed beside it',
			cause,
		});
	}
	if (loaded.default !== undefined) return loaded.default;
	throw new CounterfoilError('CONFIG_INVALID', 'the configuration file exports nothing by default', {
		where: path,
		hint: "write: export default defineConfig({ label: 'is_fraud' });",
	});
}
