import type { Command } from 'commander';
import { COMMAND_NAMES, type CommandName } from './command-names.ts';
import type { Terminal } from './terminal.ts';

/** Gives a command its arguments, options, examples and action. */
export type DefineCommand = (command: Command, terminal: Terminal) => void;

export interface CommandEntry {
	readonly name: CommandName;
	readonly summary: string;
	readonly group: string;
	/** Loaded only when the command is used, so that the program starts fast. */
	readonly load: () => Promise<DefineCommand>;
	/** It tells of all the others. @default false */
	readonly needsOthers?: true;
}

const WORK = 'From a table to a review queue:';
const LOOK = 'Look at what there is:';
const KEEP = 'Keep it running:';

const ENTRIES: Readonly<Record<CommandName, Omit<CommandEntry, 'name'>>> = {
	demo: {
		summary: 'simulate payments with planted frauds and find them',
		group: WORK,
		load: async () => (await import('./commands/demo.ts')).defineDemo,
	},
	init: {
		summary: 'write a configuration file to begin from, for a table where one is named',
		group: WORK,
		load: async () => (await import('./commands/init.ts')).defineInit,
	},
	run: {
		summary: 'everything for one table: ingest, train, score, generate, report, queue',
		group: WORK,
		load: async () => (await import('./commands/run.ts')).defineRun,
	},
	inspect: {
		summary: 'how a file is read, what is in it, and what to look out for; nothing is stored',
		group: WORK,
		load: async () => (await import('./commands/inspect.ts')).defineInspect,
	},
	ingest: {
		summary: 'read a table into a data set',
		group: WORK,
		load: async () => (await import('./commands/ingest.ts')).defineIngest,
	},
	train: {
		summary: 'train a model on a table or a data set',
		group: WORK,
		load: async () => (await import('./commands/train.ts')).defineTrain,
	},
	score: {
		summary: 'score a table with an existing model',
		group: WORK,
		load: async () => (await import('./commands/score.ts')).defineScore,
	},
	augment: {
		summary: 'generate rows into the database',
		group: WORK,
		load: async () => (await import('./commands/augment.ts')).defineAugment,
	},
	generate: {
		summary: 'generate rows into a file',
		group: WORK,
		load: async () => (await import('./commands/generate.ts')).defineGenerate,
	},
	retrain: {
		summary: 'let a model learn from what has become known, and compare it with the one before',
		group: WORK,
		load: async () => (await import('./commands/retrain.ts')).defineRetrain,
	},
	monitor: {
		summary: 'how far a table is from what a model was trained on; alerts and retraining where it has drifted',
		group: WORK,
		load: async () => (await import('./commands/monitor.ts')).defineMonitor,
	},
	simulate: {
		summary: 'write simulated data with known anomalies',
		group: WORK,
		load: async () => (await import('./commands/simulate.ts')).defineSimulate,
	},
	learn: {
		summary: 'how a GAN works and fails, step by step, on data that can be drawn',
		group: LOOK,
		load: async () => (await import('./commands/learn.ts')).defineLearn,
	},
	console: {
		summary: 'look at it all in a browser, and work on the queue there',
		group: LOOK,
		load: async () => (await import('./commands/console.ts')).defineConsole,
	},
	queue: {
		summary: 'the review queue: claim, decide, put aside',
		group: LOOK,
		load: async () => (await import('./commands/queue.ts')).defineQueue,
	},
	labels: {
		summary: 'what is known about records; take in chargebacks',
		group: LOOK,
		load: async () => (await import('./commands/labels.ts')).defineLabels,
	},
	explain: {
		summary: 'why one record has the score it has',
		group: LOOK,
		load: async () => (await import('./commands/explain.ts')).defineExplain,
	},
	report: {
		summary: 'the report of a run as one HTML file',
		group: LOOK,
		load: async () => (await import('./commands/report.ts')).defineReport,
	},
	compare: {
		summary: 'two runs side by side',
		group: LOOK,
		load: async () => (await import('./commands/compare.ts')).defineCompare,
	},
	rejects: {
		summary: 'the rows of a file that could not be read, and why',
		group: LOOK,
		load: async () => (await import('./commands/rejects.ts')).defineRejects,
	},
	export: {
		summary: 'write records, scores, the queue, labels or rejects to a file',
		group: LOOK,
		load: async () => (await import('./commands/export.ts')).defineExport,
	},
	runs: {
		summary: 'what has been run; resume or cancel it',
		group: LOOK,
		load: async () => (await import('./commands/runs.ts')).defineRuns,
	},
	datasets: {
		summary: 'the tables that were read, and what later ones are held against',
		group: LOOK,
		load: async () => (await import('./commands/datasets.ts')).defineDatasets,
	},
	models: {
		summary: 'the trained models and how good they are',
		group: LOOK,
		load: async () => (await import('./commands/models.ts')).defineModels,
	},
	audit: {
		summary: 'whether the log of the review queue is as it was written',
		group: KEEP,
		load: async () => (await import('./commands/audit.ts')).defineAudit,
	},
	purge: {
		summary: "remove a person's record from everything that can be reached",
		group: KEEP,
		load: async () => (await import('./commands/purge.ts')).definePurge,
	},
	db: {
		summary: 'look at, migrate, check, back up or explain the database',
		group: KEEP,
		load: async () => (await import('./commands/db.ts')).defineDb,
	},
	users: {
		summary: 'who may sign in to the console, and what they may do there',
		group: KEEP,
		load: async () => (await import('./commands/users.ts')).defineUsers,
	},
	schedule: {
		summary: 'do it again and again, with what is new: on Temporal',
		group: KEEP,
		load: async () => (await import('./commands/schedule.ts')).defineSchedule,
	},
	worker: {
		summary: 'carry out runs that a Temporal server hands out',
		group: KEEP,
		load: async () => (await import('./commands/worker.ts')).defineWorker,
	},
	config: {
		summary: 'the settings of a run, and where each was said',
		group: KEEP,
		load: async () => (await import('./commands/config.ts')).defineConfigCommands,
	},
	completion: {
		summary: 'a script that has a shell complete commands and options',
		group: KEEP,
		load: async () => (await import('./commands/completion.ts')).defineCompletion,
		needsOthers: true,
	},
	doctor: {
		summary: 'what is ready on this machine, and what to do about the rest',
		group: KEEP,
		load: async () => (await import('./commands/doctor.ts')).defineDoctor,
	},
};

/** Every command, in the order of the help. */
export const COMMANDS: readonly CommandEntry[] = COMMAND_NAMES.map((name) => ({ name, ...ENTRIES[name] }));
