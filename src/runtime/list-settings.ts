import { showDatabase } from '../store/postgres-url.ts';
import { configJsonSchema } from './config-json-schema.ts';
import { configSchema } from './config-schema.ts';
import { findDatabase } from './find-home.ts';
import { type ConfigSources, environmentName, gatherConfig } from './gather-config.ts';

/** One setting with what it is and who said so. */
export interface Setting {
	/** Of parts of a setting: `limits.memoryMb`. */
	readonly key: string;
	/** Null: nothing was said, and what is done then depends on the table. */
	readonly value: unknown;
	/** `flag`, `environment` with the variable, the path of a file, `default`, or `overruled by` another setting. */
	readonly origin: string;
}

interface Described {
	readonly default?: unknown;
	readonly properties?: Readonly<Record<string, Described>>;
}

/**
 * Every setting as a run would have it, with where it was said; the database first.
 *
 * @throws CounterfoilError CONFIG_INVALID, INPUT_NOT_FOUND (a file that was named)
 */
export async function listSettings(sources: ConfigSources & { readonly db?: string | undefined }): Promise<Setting[]> {
	const layers = await gatherConfig(sources);
	const { environment = process.env } = sources;
	const find = (key: string, part: string | null): Setting | null => {
		for (const { kind, path, said } of layers) {
			const value = said[key as keyof typeof said] as unknown;
			const own = part === null ? value : (value as Record<string, unknown> | undefined)?.[part];
			if (own === undefined) continue;
			const origin = kind === 'environment' ? `environment ${environmentName(key)}` : (path ?? kind);
			return { key: part === null ? key : `${key}.${part}`, value: own, origin };
		}
		return null;
	};
	// Both say when a run fails; `mergeLayers` lets the one that was said last win, and of one place the number.
	const limits = layers.flatMap(({ said }) =>
		said.maxRejects !== undefined ? 'maxRejects' : said.maxRejectShare !== undefined ? 'maxRejectShare' : [],
	);
	const overruled = (key: string): Setting | null => {
		const isLimit = key === 'maxRejects' || key === 'maxRejectShare';
		const [winner = key] = limits;
		return isLimit && winner !== key ? { key, value: null, origin: `overruled by ${winner}` } : null;
	};
	const { properties = {} } = configJsonSchema() as Described;
	const settings = Object.keys(configSchema.shape).flatMap((key) => {
		const { default: usual, properties: parts } = properties[key] ?? {};
		if (key !== 'limits' || parts === undefined) return [overruled(key) ?? find(key, null) ?? toDefault(key, usual)];
		return Object.entries(parts).map(([part, own]) => find(key, part) ?? toDefault(`${key}.${part}`, own.default));
	});
	return [findDatabaseSetting(sources.db, environment), ...settings];
}

function toDefault(key: string, usual: unknown): Setting {
	return { key, value: usual ?? null, origin: 'default' };
}

function findDatabaseSetting(db: string | undefined, environment: NodeJS.ProcessEnv): Setting {
	const said = (environment.COUNTERFOIL_DB ?? '') === '' ? 'default' : 'environment COUNTERFOIL_DB';
	return { key: 'db', value: showDatabase(findDatabase(db)), origin: db === undefined ? said : 'flag' };
}
