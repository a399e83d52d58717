import { type Command, Option } from 'commander';
import type { InputLimits } from '../contracts/run-config.ts';
import { SCHEMA_POLICIES } from '../contracts/schema-contract.ts';
import type { ConfigFlags } from '../runtime/config-schema.ts';
import { addDryRunOption } from './dry-run.ts';
import type { GlobalFlags } from './global-flags.ts';
import {
	type AskedNulls,
	type AskedPolicies,
	parseAlerts,
	parseDateFormat,
	parseDecimal,
	parseDelimiter,
	parseDelta,
	parseDuration,
	parseEpsilon,
	parseNames,
	parseNulls,
	parseRejectLimit,
	parseRename,
	parseSchemaPolicy,
	parseScore,
	parseSign,
	parseThousands,
	parseWhole,
} from './parse-arguments.ts';
import { parseLimit } from './parse-limit.ts';

/** The options of commands that read a table. */
export interface TableFlags {
	readonly key?: string;
	readonly time?: string;
	readonly label?: string;
	readonly labelPositive?: string;
	readonly ignore?: readonly string[];
	readonly truth?: readonly string[];
	readonly delimiter?: string;
	readonly header?: boolean;
	readonly encoding?: string;
	readonly limit?: Partial<InputLimits>;
	readonly quote?: string;
	readonly escape?: string;
	readonly comment?: string;
	readonly skipRows?: number;
	readonly footer?: boolean;
	readonly decimal?: '.' | ',';
	readonly thousands?: '.' | ',' | "'" | ' ' | '';
	readonly null?: AskedNulls;
	readonly rename?: readonly (readonly [string, string])[];
	readonly nullWords?: boolean;
	readonly dateFormat?: readonly (readonly [string, string])[];
	readonly maxRejects?: string;
	readonly onError?: 'reject' | 'fail';
	readonly schemaPolicy?: AskedPolicies;
	readonly against?: string;
	readonly schemaFile?: string;
}

/** The options of commands that train. */
export interface TrainingFlags {
	readonly steps?: number;
	readonly generator?: 'autoregressive' | 'mlp';
	/** Seconds. */
	readonly budget?: number;
	/** Epsilon. */
	readonly private?: number;
	readonly delta?: number;
	readonly normalOnly?: boolean;
	readonly ensemble?: boolean;
	readonly backend?: 'auto' | 'node' | 'wasm';
	readonly entity?: readonly string[];
}

/** The options of commands that score and generate. */
export interface ResultFlags {
	/** A number, or `100/day`. */
	readonly alerts?: number | string;
	readonly alertThreshold?: number;
	readonly syntheticRows?: number;
	readonly baselines?: boolean;
}

export interface RunnerFlags {
	readonly temporal?: boolean;
}

export type RunFlags = GlobalFlags & TableFlags & TrainingFlags & ResultFlags & RunnerFlags;

/** What FILE may be, in the help of every command that reads a table. */
export const TABLE_FILE =
	'CSV, TSV, JSON Lines, Parquet or Arrow; plain, .gz or .zst; a folder or "pattern*" of them, or - for standard input';

export function addTableOptions(command: Command): void {
	command
		.optionsGroup('The table:')
		.option('--key <column>', 'column that names a record')
		.option('--time <column>', 'column that says when a record happened')
		.option('--label <column>', 'column that no score looks at; generated rows have it')
		.option('--label-positive <value>', 'value of the label that is the anomaly')
		.option('--ignore <columns>', 'columns to leave out of training, separated by commas', parseNames)
		.option(
			'--truth <columns>',
			'the same for columns that give the label away; who reviews does not see them',
			parseNames,
		)
		.option('--delimiter <char>', 'delimiter: a character, or tab, comma, semicolon, pipe, space', parseDelimiter)
		.option('--header', 'the first line names the columns')
		.option('--no-header', 'the first line is data already')
		.option('--quote <char>', 'what encloses fields: a character, or double, single, none', parseSign)
		.option('--escape <char>', 'what stands before a quote within quotes: a character, or backslash', parseSign)
		.option('--comment <char>', 'what begins a line that is no row: a character, or hash, none', parseSign)
		.option('--skip-rows <n>', 'lines before the table', parseWhole(0))
		.option('--no-footer', 'the last lines are rows even if they look like totals')
		.option('--decimal <char>', 'decimal sign of numbers: point or comma', parseDecimal)
		.option('--thousands <char>', 'what groups digits: point, comma, apostrophe, space, none', parseThousands)
		.option('--date-format <column=format>', 'how a column writes dates, such as DD.MM.YY HH:mm', parseDateFormat)
		.option(
			'--null <texts>',
			'texts that are missing cells too, separated by commas; COLUMN=TEXTS for one column',
			parseNulls,
		)
		.option(
			'--rename <name-in-file=name>',
			'name that a column of the file is to have, such as amt=amount',
			parseRename,
		)
		.option('--no-null-words', 'NA, null, - and the like are values, not missing cells')
		.option('--encoding <name>', 'encoding of the text, such as utf-8 or windows-1252')
		.option(
			'--limit <name=value>',
			'limit on the input: record, field, header, decompressed, memory (8MiB), columns, ratio (500), stall (10m)',
			parseLimit,
		)
		.option(
			'--max-rejects <limit>',
			'stop if more rows cannot be read: a number, or a share such as 1%',
			parseRejectLimit,
		)
		.addOption(
			new Option('--on-error <what>', 'what to do with a row that cannot be read: keep it apart, or stop')
				.choices(['reject', 'fail'])
				.default(undefined, 'reject'),
		);
	addSchemaOption(command);
}

function addSchemaOption(command: Command): void {
	command.option(
		'--schema-policy <policy>',
		`what to do where the columns are not as they were: ${SCHEMA_POLICIES.join(', ')}; COLUMN=POLICY for one column`,
		parseSchemaPolicy,
	);
}

export function addAgainstOption(command: Command): void {
	command.option(
		'--against <data set|model>',
		'what the columns are compared with (default: the last data set of the same name)',
	);
	command.option(
		'--schema-file <file>',
		'what the columns are to be: kinds, which may be empty, allowed values, policies (YAML or JSON)',
	);
}

export function addTrainingOptions(command: Command): void {
	command
		.optionsGroup('Training:')
		.addOption(
			new Option('--generator <kind>', 'kind of generator: autoregressive, or mlp for a plain GAN')
				.choices(['autoregressive', 'mlp'])
				.default(undefined, 'autoregressive'),
		)
		.option('--steps <n>', 'training steps of the generator', parseWhole(1))
		.option('--budget <time>', 'time for the training of the generator at most, such as 60s or 5m', parseDuration)
		.option('--private <epsilon>', 'generated rows under differential privacy: epsilon, such as 3', parseEpsilon)
		.option('--delta <probability>', 'its delta (default: a tenth of one row)', parseDelta)
		.option('--normal-only', 'all rows are known to be normal')
		.option('--entity <columns>', 'who acts, then with whom or where: score rows against their own past', parseNames)
		.option('--ensemble', 'score by the mean rank of ours and of other detectors');
	addBackendOption(command);
}

export function addBackendOption(command: Command): void {
	command.addOption(
		new Option('--backend <name>', 'what computes').choices(['auto', 'node', 'wasm']).default(undefined, 'auto'),
	);
}

export function addAlertsOption(command: Command): void {
	command
		.option(
			'--alerts <n>',
			'records to put into the review queue: 100, or 100/day (/hour, /week) with --time',
			parseAlerts,
		)
		.option('--alert-threshold <score>', 'only records with at least this score, such as 0.999', parseScore);
}

export function addSyntheticRowsOption(command: Command): void {
	command.option('--synthetic-rows <n>', 'rows to generate', parseWhole(1));
}

export function addBaselinesOption(command: Command): void {
	command.option('--no-baselines', 'leave out the other detectors that stand beside the score');
}

export function addTemporalOption(command: Command): void {
	command.option('--temporal', 'let the workers of a Temporal server do it (TEMPORAL_ADDRESS, TEMPORAL_PROFILE)');
}

/** Everything that the configuration of a run can say too. */
export function addSettingOptions(command: Command): void {
	addTableOptions(command);
	addAgainstOption(command);
	addTrainingOptions(command);
	command.optionsGroup('Results:');
	addAlertsOption(command);
	addSyntheticRowsOption(command);
	addBaselinesOption(command);
}

/** Who carries it out, and that it may only be planned. */
export function addRunnerOptions(command: Command): void {
	addTemporalOption(command);
	addDryRunOption(command, 'plan');
}

function toSchemaFlags({ schemaPolicy, against, schemaFile: file }: TableFlags): ConfigFlags['schema'] {
	if (schemaPolicy === undefined && against === undefined && file === undefined) return undefined;
	const { policy, columns = [] } = schemaPolicy ?? {};
	return {
		...(policy === undefined ? {} : { policy }),
		columns: columns.map(([column, own]) => [column, { policy: own }]),
		...(against === undefined ? {} : { against }),
		...(file === undefined ? {} : { file }),
	};
}

/** The flags that were given, as the configuration has them. */
export function toConfigFlags(flags: RunFlags): ConfigFlags {
	const all: { [Name in keyof ConfigFlags]-?: ConfigFlags[Name] | undefined } = {
		label: flags.label,
		labelPositive: flags.labelPositive,
		key: flags.key,
		time: flags.time,
		ignore: flags.ignore,
		truth: flags.truth,
		entity: flags.entity,
		delimiter: flags.delimiter,
		quote: flags.quote,
		header: flags.header,
		encoding: flags.encoding,
		limits: flags.limit,
		escape: flags.escape,
		comment: flags.comment,
		skipRows: flags.skipRows,
		// Commander says true where nothing was said.
		footer: flags.footer === false ? false : undefined,
		decimal: flags.decimal,
		thousands: flags.thousands,
		nulls: flags.null?.texts.length === 0 ? undefined : flags.null?.texts,
		columnNulls: flags.null?.columns.length === 0 ? undefined : flags.null?.columns,
		rename: flags.rename,
		nullWords: flags.nullWords === false ? false : undefined,
		dateFormats: flags.dateFormat,
		maxRejectShare: undefined,
		maxRejects: flags.maxRejects,
		onError: flags.onError,
		schema: toSchemaFlags(flags),
		generator: flags.generator,
		steps: flags.steps,
		budgetSeconds: flags.budget,
		private: flags.private,
		delta: flags.delta,
		normalOnly: flags.normalOnly,
		ensemble: flags.ensemble,
		// Commander says true where nothing was said; then the configuration file has the word.
		baselines: flags.baselines === false ? false : undefined,
		syntheticRows: flags.syntheticRows,
		alertBudget: flags.alerts,
		alertThreshold: flags.alertThreshold,
		backend: flags.backend,
	};
	return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}
