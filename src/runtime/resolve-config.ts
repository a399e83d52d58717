import { CounterfoilError } from '../contracts/errors.ts';
import type { PrivacyRequest } from '../contracts/privacy.ts';
import { DEFAULT_CONFIG, type DialectConfig, type InputLimits, type RunConfig } from '../contracts/run-config.ts';
import type { DateReading } from '../contracts/value-reading.ts';
import { withoutUndefined } from './check-config.ts';
import type { ConfigFlags } from './config-schema.ts';
import { type ConfigLayer, type ConfigSources, gatherConfig, mergeLayers } from './gather-config.ts';
import { resolveSchema } from './resolve-schema.ts';

/**
 * The choices of a run: a flag wins over an environment variable, that over the project's file, that over the user's.
 *
 * @throws CounterfoilError CONFIG_INVALID, INPUT_NOT_FOUND (a file that was named)
 */
export async function resolveConfig(sources: ConfigSources): Promise<RunConfig> {
	return toRunConfig(await gatherConfig(sources));
}

/** @throws CounterfoilError as `resolveConfig` */
export async function toRunConfig(layers: readonly ConfigLayer[]): Promise<RunConfig> {
	const chosen = mergeLayers(layers);
	const [flags, ...files] = layers;
	const { schema, formats } = await resolveSchema(mergeLayers(files).schema, flags?.said.schema);
	const limits: Partial<InputLimits> = withoutUndefined(chosen.limits ?? {});
	return {
		label: chosen.label ?? DEFAULT_CONFIG.label,
		labelPositive: chosen.labelPositive ?? DEFAULT_CONFIG.labelPositive,
		key: chosen.key ?? DEFAULT_CONFIG.key,
		time: chosen.time ?? DEFAULT_CONFIG.time,
		...(Object.keys(limits).length === 0 ? {} : { limits }),
		ignore: chosen.ignore ?? DEFAULT_CONFIG.ignore,
		...(chosen.truth === undefined || chosen.truth.length === 0 ? {} : { truth: chosen.truth }),
		entity: chosen.entity ?? DEFAULT_CONFIG.entity,
		dialect: {
			delimiter: chosen.delimiter ?? null,
			quote: chosen.quote ?? null,
			header: chosen.header ?? null,
			encoding: chosen.encoding ?? null,
			...toldOfDialect(chosen, formats),
		},
		...readRejectLimit(chosen),
		...(chosen.onError === undefined ? {} : { onError: chosen.onError }),
		...(schema === null ? {} : { schema }),
		generator: {
			kind: chosen.generator ?? DEFAULT_CONFIG.generator.kind,
			steps: chosen.steps ?? null,
			budgetSeconds: chosen.budgetSeconds ?? null,
			...readPrivacy(chosen),
		},
		scoring: {
			normalOnly: chosen.normalOnly ?? DEFAULT_CONFIG.scoring.normalOnly,
			ensemble: chosen.ensemble ?? DEFAULT_CONFIG.scoring.ensemble,
		},
		baselines: chosen.baselines ?? DEFAULT_CONFIG.baselines,
		syntheticRows: chosen.syntheticRows ?? null,
		...readBudget(chosen.alertBudget),
		alertThreshold: chosen.alertThreshold ?? null,
		backend: chosen.backend ?? DEFAULT_CONFIG.backend,
	};
}

/** What was said; the rest is absent, so that a run of an earlier version is still the same run. */
function toldOfDialect(chosen: ConfigFlags, declared: readonly DateReading[]): Partial<DialectConfig> {
	const { escape: sign, comment, skipRows, footer, decimal, thousands, nulls, nullWords } = chosen;
	const own = (chosen.dateFormats ?? []).map(([name, format]) => ({ column: name, format }));
	const formats = [...declared.filter((one) => !own.some(({ column }) => column === one.column)), ...own];
	const ofColumns = (chosen.columnNulls ?? []).map(([name, texts]) => ({ column: name, texts }));
	const renames = (chosen.rename ?? []).map(([from, to]) => ({ column: from, name: to }));
	return withoutUndefined({
		escape: sign,
		comment,
		skipRows,
		footer,
		decimal,
		thousands,
		nulls,
		nullWords,
		dateFormats: formats.length === 0 ? undefined : formats,
		columnNulls: ofColumns.length === 0 ? undefined : ofColumns,
		rename: renames.length === 0 ? undefined : renames,
	}) as Partial<DialectConfig>;
}

/** `1%` as a share, `100` as rows. */
function readRejectLimit({
	maxRejects,
	maxRejectShare = DEFAULT_CONFIG.maxRejectShare,
}: ConfigFlags): Pick<RunConfig, 'maxRejectShare' | 'maxRejectRows'> {
	if (maxRejects === undefined) return { maxRejectShare };
	const text = String(maxRejects);
	if (text.endsWith('%')) return { maxRejectShare: Number(text.slice(0, -1)) / 100 };
	return { maxRejectShare, maxRejectRows: Number(text) };
}

/** @throws CounterfoilError CONFIG_INVALID for what does not go together with a private generator */
function readPrivacy({ private: epsilon, delta, generator, budgetSeconds }: ConfigFlags): {
	readonly privacy?: PrivacyRequest;
} {
	if (epsilon === undefined) {
		if (delta === undefined) return {};
		throw new CounterfoilError('CONFIG_INVALID', 'a delta is of use with an epsilon only', {
			where: 'delta',
			hint: 'say how private the generator shall be: --private 3',
		});
	}
	if (generator === 'mlp') {
		throw new CounterfoilError('CONFIG_INVALID', 'a plain GAN cannot be trained privately', {
			where: 'generator',
			hint: 'leave --generator out: the autoregressive one can',
		});
	}
	if (budgetSeconds !== undefined) {
		throw new CounterfoilError('CONFIG_INVALID', 'a private training has no time budget', {
			where: 'budgetSeconds',
			hint: 'the noise is laid out for a number of steps: set it with --steps, or leave it to the number of rows',
		});
	}
	return { privacy: { epsilon, delta: delta ?? null } };
}

/** `100/day` as 100 per day. */
function readBudget(text: number | string | undefined): Pick<RunConfig, 'alertBudget' | 'alertsPer'> {
	if (text === undefined) return { alertBudget: null, alertsPer: null };
	const [count, period = null] = String(text).split('/');
	return { alertBudget: Number(count), alertsPer: period as RunConfig['alertsPer'] };
}
