import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import { carryOutRun, DEFAULT_SEED, withWorkspaceOrNew } from '../carry-out-run.ts';
import { collectResult, collectTop, type ScoredRecord } from '../collect-result.ts';
import { formatDuration, formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import { nextCommands, printNext, printResult } from '../print-result.ts';
import { addBackendOption, addRunnerOptions, type RunFlags, type TrainingFlags } from '../run-options.ts';
import type { Terminal } from '../terminal.ts';

type DemoFlags = GlobalFlags & TrainingFlags & { readonly rows: number; readonly temporal?: boolean };

/** How far down the list the planted frauds are counted. */
const LOOKED_AT = 100;
const FRAUD_WORDS: Readonly<Record<string, string>> = {
	large_amount: 'unusually large amount',
	compromised_terminal: 'compromised terminal',
	stolen_card: 'stolen card',
};

/** How many frauds were planted and how many of them are among the first records looked at. */
export interface PlantedFrauds {
	readonly lookedAt: number;
	readonly found: number;
	readonly planted: number;
	readonly rows: number;
	readonly kinds: readonly { readonly kind: string; readonly found: number; readonly planted: number }[];
}

export function defineDemo(command: Command, terminal: Terminal): void {
	command.option('--rows <n>', 'payments to simulate', parseWhole(1), 20_000);
	addBackendOption(command);
	addRunnerOptions(command);
	addExamples(command, [
		['demo', '20,000 payments, about 1 % of them frauds'],
		['demo --rows 5000 --seed 7', 'a smaller one, with other customers'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<DemoFlags>();
		const seed = flags.seed ?? DEFAULT_SEED;
		if (flags.dryRun === true) return tellDemo(flags, terminal);
		await withWorkspaceOrNew(flags, async (workspace) => {
			const { source, kinds } = await writePayments(join(workspace.paths.home, 'demo'), flags.rows, seed);
			terminal.note(`simulated ${formatQuantity(flags.rows, 'payment')}: ${source}`);

			const options: RunFlags = {
				...flags,
				label: 'is_fraud',
				key: 'payment_id',
				truth: ['fraud_kind'],
				entity: ['customer_id', 'merchant_id'],
				time: 'created_at',
			};
			const asked = { kind: 'pipeline', source, datasetName: 'demo', rows: flags.rows } as const;
			const done = await carryOutRun(workspace, asked, options, terminal);
			const result = await collectResult(workspace, done.summary);
			const frauds = countPlanted(await collectTop(workspace, result.runId, LOOKED_AT), kinds, result.rowsLoaded);
			if (terminal.json) return terminal.outJson({ ...result, frauds });
			printResult(result, done.tookMs, terminal);
			printPlanted(frauds, terminal);
			printNext(result, nextCommands(result, flags), terminal);
		});
	});
}

/** What would be simulated and run; there is nothing to read before that is done. */
async function tellDemo({ db, rows }: DemoFlags, terminal: Terminal): Promise<void> {
	const { findDatabase, findHome } = await import('../../runtime/find-home.ts');
	const { usualDurationMs } = await import('../../runtime/estimate-remaining.ts');
	const { showDatabase } = await import('../../store/postgres-url.ts');
	const estimatedMs = usualDurationMs(rows, 'pipeline');
	const writes = [join(findHome(db), 'demo'), showDatabase(findDatabase(db))];
	if (terminal.json) return terminal.outJson({ rows, writes, estimatedMs });
	terminal.out(`would simulate ${formatQuantity(rows, 'payment')} and run them, about ${formatDuration(estimatedMs)}`);
	terminal.out(`writes into ${writes.join(' and ')}`);
}

/** Writes the payments, but leaves a file alone that holds them already: a run on it goes on where it was. */
async function writePayments(folder: string, rows: number, seed: number) {
	const { writePaymentsCsv } = await import('../../simulate/write-payments-csv.ts');
	const { DEMO_PAYMENTS } = await import('../../simulate/payments-options.ts');
	const source = join(folder, `payments-${rows}-${seed}.csv`);
	const draft = `${source}.${process.pid}`;
	await mkdir(folder, { recursive: true });
	const { kinds } = await writePaymentsCsv(draft, { ...DEMO_PAYMENTS, rows, seed });
	if (await haveSameContent(source, draft)) await rm(draft);
	else await rename(draft, source);
	return { source, kinds };
}

async function haveSameContent(...paths: readonly string[]): Promise<boolean> {
	const hashes = await Promise.all(paths.map((path) => hashFile(path).catch(() => null)));
	return hashes[0] !== null && hashes.every((hash) => hash === hashes[0]);
}

async function hashFile(path: string): Promise<string> {
	const hash = createHash('sha256');
	await pipeline(createReadStream(path), hash);
	return hash.digest('hex');
}

/** Counts by the simulator's own column, which no step has learnt from. */
export function countPlanted(
	top: readonly ScoredRecord[],
	kinds: Readonly<Record<string, number>>,
	rows: number,
): PlantedFrauds {
	const planted = Object.entries(kinds).filter(([kind]) => kind !== 'none');
	const counted = planted.map(([kind, count]) => ({
		kind,
		found: top.filter(({ record }) => record.fraud_kind === kind).length,
		planted: count,
	}));
	return {
		lookedAt: top.length,
		found: counted.reduce((sum, { found }) => sum + found, 0),
		planted: counted.reduce((sum, { planted: count }) => sum + count, 0),
		rows,
		kinds: counted,
	};
}

export function printPlanted(frauds: PlantedFrauds, terminal: Terminal): void {
	const { lookedAt, found, planted, rows, kinds } = frauds;
	// What as many records picked blindly would hold.
	const byChance = rows === 0 ? 0 : (planted * lookedAt) / rows;
	terminal.out(`\n${terminal.paint('bold', 'Planted frauds')} (never shown to training)`);
	terminal.out(
		`  ${found} of the first ${lookedAt} records are frauds; picked at random it would be ${byChance.toFixed(1)}`,
	);
	for (const { kind, found: count, planted: all } of kinds) {
		terminal.out(`  ${FRAUD_WORDS[kind] ?? kind}: ${count} of ${all}`);
	}
}
