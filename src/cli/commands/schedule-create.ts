import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CounterfoilError } from '../../contracts/errors.ts';
import { isObjectAddress } from '../../contracts/object-address.ts';
import {
	type Retention,
	SCHEDULE_KINDS,
	type Schedule,
	type ScheduledTask,
	type ScheduleKind,
	type ScheduleSource,
} from '../../contracts/schedule.ts';
import type { Workspace } from '../../runtime/open-workspace.ts';
import type { Timing } from '../../runtime/schedules-on-temporal.ts';
import { addExamples } from '../add-examples.ts';
import { DEFAULT_SEED, withWorkspace } from '../carry-out-run.ts';
import { quoteArgument } from '../command-name.ts';
import { addDryRunOption } from '../dry-run.ts';
import {
	addMonitorOptions,
	addRetrainOptions,
	type MonitorFlags,
	toMonitorPlan,
	toRetrainPlan,
} from '../learning-options.ts';
import { parseDuration, parseWhole } from '../parse-arguments.ts';
import { addAlertsOption, addTableOptions, addTrainingOptions, type RunFlags, toConfigFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';
import { addPlanOptions, type PlanFlags, toPlan, toTarget } from './augment.ts';

type CreateFlags = RunFlags &
	MonitorFlags &
	PlanFlags & {
		readonly do: ScheduleKind;
		readonly model?: string;
		readonly name?: string;
		readonly files?: string;
		readonly query?: string;
		readonly queryColumn?: string;
		readonly settle: number;
		readonly cron?: string;
		readonly every?: number;
		readonly timeZone?: string;
		readonly overlap: string;
		readonly catchUp?: number;
		readonly jitter?: number;
		readonly paused?: boolean;
		readonly keepScores?: number;
		readonly keepShards?: number;
		readonly keepRuns?: number;
		readonly table?: string;
		readonly replace?: boolean;
	};

const OVERLAPS = ['skip', 'buffer-one', 'buffer-all', 'cancel-other', 'allow-all'] as const;

export function defineCreate(group: Command, terminal: Terminal): void {
	const command = group
		.command('create')
		.summary('make a schedule')
		.description('Makes a schedule: what is done, out of which source, when, and how long it is kept.')
		.argument('<name>', 'of the schedule: letters, digits, dots, dashes', parseName)
		.addOption(new Option('--do <what>', 'what is done each time').choices(SCHEDULE_KINDS).default('score'))
		.option('--model <model>', 'to score or generate by: id, name (the latest then), name@3')
		.option('--name <name>', 'name of the data sets that are read (default: that of each file)')
		.optionsGroup('Where new data come from:')
		.option('--files <pattern>', 'a folder, a pattern, or a path with {yyyy}, {MM}, {dd}, {HH} (UTC)')
		.option('--settle <time>', 'files that were changed later than this ago may still be written', parseTime, 60)
		.option('--query <select>', 'rows of a select on the database of counterfoil')
		.option('--query-column <column>', 'of the query: what is above its last value is new')
		.optionsGroup('When:')
		.option('--cron <expression>', 'minute hour day month weekday')
		.option('--every <time>', 'such as 15m, 1h, 1d', parseTime)
		.option('--time-zone <zone>', 'of --cron, such as Europe/Zurich (default: UTC)')
		.addOption(new Option('--overlap <policy>', 'when the one before is not over').choices(OVERLAPS).default('skip'))
		.option('--catch-up <time>', 'what was missed is made good if it is not longer ago (default: 1d)', parseTime)
		.option('--jitter <time>', 'begin at a random moment within so long', parseTime)
		.option('--paused', 'begin only after `schedule resume`')
		.optionsGroup('What is kept:')
		.option('--keep-scores <days>', 'scores of its runs, but for those under review (default: for ever)', parseWhole(1))
		.option('--keep-shards <days>', 'files of the tables that it read (default: for ever)', parseWhole(1))
		.option('--keep-runs <days>', 'what each step of a run gave (default: for ever)', parseWhole(1));
	addPlanOptions(command);
	command
		.option('--table <name>', 'table of the database for the rows')
		.option('--replace', 'in place of the one before');
	command.optionsGroup('Options:');
	addDryRunOption(command, 'say');
	command.optionsGroup('Learning and drift:');
	addMonitorOptions(command);
	addRetrainOptions(command);
	addAlertsOption(command);
	addTrainingOptions(command);
	addTableOptions(command);
	addExamples(command, [
		['schedule create hourly --model payments --files incoming --every 1h', 'score what comes into a folder'],
		['schedule create daily --model payments --files "exports/{yyyy}-{MM}-{dd}.csv" --cron "30 4 * * *"', 'by date'],
		['schedule create tests --do augment --model payments --rows 500 --table test_rows --replace --every 1d', 'rows'],
		['schedule create learn --do retrain --model payments --min-new-labels 500 --every 1d', 'with enough new labels'],
	]);
	command.action(async (name: string) => {
		const flags = command.optsWithGlobals<CreateFlags>();
		const timing = timingOf(flags);
		const create = async (workspace: Workspace): Promise<void> => {
			const schedule = await toSchedule(workspace, name, flags);
			const { deleteSchedule, insertSchedule, listSchedules } = await import('../../store/schedules.ts');
			const { createSchedule } = await import('../../runtime/schedules-on-temporal.ts');
			if (flags.dryRun === true) {
				const isTaken = (await listSchedules(workspace.store)).some(({ scheduleId }) => scheduleId === name);
				if (isTaken)
					throw new CounterfoilError('RUN_STATE', 'there is a schedule by this name', {
						where: `schedule ${name}`,
						hint: 'name another, or delete that one first: counterfoil schedule delete',
					});
				return terminal.json ? terminal.outJson(schedule) : terminal.out(`schedule ${name} would be made`);
			}
			await insertSchedule(workspace.store, schedule);
			try {
				await createSchedule(name, timing);
			} catch (error) {
				await deleteSchedule(workspace.store, name);
				throw withoutTemporal(error, flags);
			}
			if (terminal.json) terminal.outJson(schedule);
			else terminal.out(`schedule ${name} is made; try it with: counterfoil schedule trigger ${name}`);
		};
		await withWorkspace(flags, create, { trial: 'read only', missing: 'made' });
	});
}

function timingOf(flags: CreateFlags): Timing {
	const { cron, every, timeZone, catchUp, jitter } = flags;
	if ((cron === undefined) === (every === undefined)) {
		throw new CounterfoilError('USAGE', 'say when: --cron or --every, one of the two', {
			hint: '--every 1h, or --cron "5 * * * *"',
		});
	}
	return {
		...(cron === undefined ? {} : { cron }),
		...(every === undefined ? {} : { everySeconds: every }),
		...(timeZone === undefined ? {} : { timeZone }),
		...(catchUp === undefined ? {} : { catchUpSeconds: catchUp }),
		...(jitter === undefined ? {} : { jitterSeconds: jitter }),
		overlap: flags.overlap.replace('-', '_').toUpperCase() as NonNullable<Timing['overlap']>,
		isPaused: flags.paused === true,
	};
}

async function toSchedule(workspace: Workspace, scheduleId: string, flags: CreateFlags): Promise<Schedule> {
	const retention: Retention = {
		scoresDays: flags.keepScores ?? null,
		shardsDays: flags.keepShards ?? null,
		runsDays: flags.keepRuns ?? null,
	};
	const source = await sourceOf(flags);
	return { scheduleId, task: await taskOf(workspace, scheduleId, source, flags), source, retention };
}

async function sourceOf(flags: CreateFlags): Promise<ScheduleSource> {
	const { files, query, queryColumn, settle } = flags;
	if (flags.do === 'augment' || flags.do === 'retrain') {
		if (files === undefined && query === undefined) return null;
		throw new CounterfoilError('USAGE', 'rows are generated out of the model alone', {
			hint: 'leave out --files and --query',
		});
	}
	if ((files === undefined) === (query === undefined)) {
		throw new CounterfoilError('USAGE', 'it is not said where new data come from, or twice', {
			hint: 'name --files or --query, one of the two',
		});
	}
	if (files !== undefined) {
		const { requireNoUrl } = await import('../../ingest/find-inputs.ts');
		const isRemote = isObjectAddress(files);
		if (!isRemote) requireNoUrl(files);
		return { type: 'files', pattern: isRemote ? files : resolve(files), settleSeconds: settle };
	}
	if (queryColumn === undefined) {
		throw new CounterfoilError('USAGE', 'it is not said what is new in the query', {
			hint: 'name a column that only grows: --query-column created_at',
		});
	}
	return { type: 'query', sql: (query as string).replace(/;\s*$/, ''), column: queryColumn };
}

async function taskOf(
	workspace: Workspace,
	scheduleId: string,
	source: ScheduleSource,
	flags: CreateFlags,
): Promise<ScheduledTask> {
	const { resolveConfig } = await import('../../runtime/resolve-config.ts');
	const { requireConsistentConfig } = await import('../../runtime/require-consistent-config.ts');
	const { PARTS_ON_TEMPORAL } = await import('../../runtime/make-request.ts');
	const needsModel = flags.do !== 'pipeline';
	if (needsModel !== (flags.model !== undefined)) {
		throw new CounterfoilError('USAGE', needsModel ? 'name the model' : 'a pipeline trains its own model', {
			hint: needsModel ? '--model NAME' : 'leave out --model',
		});
	}
	let config = await resolveConfig({ file: flags.config, flags: toConfigFlags(flags) });
	if (flags.model !== undefined) {
		const { getModel } = await import('../../store/models.ts');
		const model = await getModel(workspace.store, flags.model);
		if (flags.do === 'score' || flags.do === 'monitor') {
			const { readAsTrained } = await import('../../runtime/read-as-trained.ts');
			const readAs = await readAsTrained(workspace, model);
			config = readAs(config);
		}
	}
	requireConsistentConfig(config);
	return {
		kind: flags.do,
		seed: flags.seed ?? DEFAULT_SEED,
		config,
		datasetName: flags.name ?? (source?.type === 'query' ? scheduleId : null),
		modelId: flags.model ?? null,
		augment: flags.do === 'augment' ? toPlan(flags, toTarget(flags)) : null,
		...(flags.do === 'retrain' ? { retrain: toRetrainPlan(flags) } : {}),
		...(flags.do === 'monitor' ? { monitor: await toMonitorPlan(flags) } : {}),
		scorerParts: PARTS_ON_TEMPORAL,
	};
}

/** What to do with cron where there is no Temporal. */
function withoutTemporal(error: unknown, flags: CreateFlags): unknown {
	if (!(error instanceof CounterfoilError && error.code === 'TEMPORAL_UNREACHABLE')) return error;
	const cron = flags.cron ?? cronOf(flags.every ?? 3_600);
	const files = quoteArgument(flags.files ?? 'FILE');
	const model = quoteArgument(flags.model ?? 'MODEL');
	const commands = {
		pipeline: `run ${files}`,
		score: `score ${files} --model ${model}`,
		augment: `augment ${model} --rows ${flags.rows ?? 1_000}`,
		retrain: `retrain ${model} --min-new-labels ${flags.minNewLabels}`,
		monitor: `monitor ${model} ${files}`,
	};
	return new CounterfoilError('TEMPORAL_UNREACHABLE', 'no Temporal server answers, which keeps the schedules', {
		...(error.where === undefined ? {} : { where: error.where }),
		hint:
			'start one (docs/temporal.md), or without it give cron this line (crontab -e), which reads all files each time: ' +
			`${cron} cd ${quoteArgument(process.cwd())} && counterfoil ${commands[flags.do]} --quiet`,
		cause: error,
	});
}

function cronOf(seconds: number): string {
	const minutes = Math.max(1, Math.round(seconds / 60));
	if (minutes < 60) return `*/${minutes} * * * *`;
	const hours = Math.round(minutes / 60);
	return hours < 24 ? `0 */${hours} * * *` : '0 4 * * *';
}

/** Seconds; days too. */
function parseTime(text: string): number {
	const days = /^(\d+)\s*d$/.exec(text.trim());
	return days === null ? parseDuration(text) : Number(days[1]) * 86_400;
}

function parseName(text: string): string {
	if (/^[A-Za-z0-9][\w.-]{0,99}$/.test(text)) return text;
	throw new InvalidArgumentError('It must be of letters, digits, dots and dashes.');
}
