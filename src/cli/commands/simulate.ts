import type { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import { addExamples } from '../add-examples.ts';
import { DEFAULT_SEED } from '../carry-out-run.ts';
import { nowhere, requireEnding, requirePlain, requireUnwritten } from '../check-output.ts';
import { commandName, quoteArgument } from '../command-name.ts';
import { addDryRunOption } from '../dry-run.ts';
import { formatQuantity } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { parseWhole } from '../parse-arguments.ts';
import type { Terminal } from '../terminal.ts';

type SimulateFlags = GlobalFlags & {
	readonly out: string;
	readonly rows?: number;
	readonly days?: number;
	readonly style?: 'traced' | 'handbook';
	readonly driftFrom?: number;
	readonly force?: boolean;
};

/** What a run on the payments has to be told: of its last two columns, which are the answer, one is set aside and one hidden. */
const RUN_FLAGS =
	'--key payment_id --label is_fraud --truth fraud_kind --entity customer_id,merchant_id --time created_at';

export function defineSimulate(group: Command, terminal: Terminal): void {
	addExamples(group, [['simulate payments --rows 1000000 --out payments.csv', 'a million payments']]);
	const command = group
		.command('payments')
		.summary('card payments with three planted kinds of fraud')
		.description('Card payments of simulated customers with three planted kinds of fraud, as CSV.')
		.option('--rows <n>', 'payments (default: 20,000, or as many as there are in --days)', parseWhole(1))
		.option('--days <n>', 'days', parseWhole(1))
		.addOption(
			new Option('--style <style>', 'handbook: frauds show in nothing but what the Fraud Detection Handbook plants')
				.choices(['traced', 'handbook'])
				.default('traced'),
		)
		.option('--drift-from <day>', 'from this day on, counted from 0, the world is another', parseWhole(0))
		.option('-o, --out <file>', 'file to write; - for standard output', '-')
		.option('--force', 'write the file anew where it is there already');
	addDryRunOption(command, 'say');
	addExamples(command, [
		['simulate payments --out payments.csv', '20,000 payments, about 1 % of them frauds'],
		['simulate payments --days 60 --drift-from 30 --seed 7 --out drift.csv', 'prices and habits change half-way'],
		['simulate payments --rows 5', 'to standard output'],
	]);
	command.action(async () => {
		const flags = command.optsWithGlobals<SimulateFlags>();
		if (flags.out === '-') requirePlain(terminal);
		else {
			requireEnding(
				flags.out,
				['.csv', '.txt'],
				`${commandName()} ingest takes it in, and export records writes other formats`,
			);
			await requireUnwritten(flags.out, flags.force);
		}
		const { writePaymentsCsv } = await import('../../simulate/write-payments-csv.ts');
		const place = flags.out === '-' ? (terminal.stdout as unknown as Writable) : flags.out;
		const target = flags.dryRun === true ? nowhere() : place;
		const written = await writePaymentsCsv(target, {
			seed: flags.seed ?? DEFAULT_SEED,
			...(flags.rows === undefined ? {} : { rows: flags.rows }),
			...(flags.days === undefined ? {} : { days: flags.days }),
			...(flags.style === undefined ? {} : { style: flags.style }),
			...(flags.driftFrom === undefined ? {} : { drift: { fromDay: flags.driftFrom } }),
		});
		if (terminal.json) return terminal.outJson({ ...written, out: flags.out });
		const frauds = written.rows - written.kinds.none;
		const where = flags.out === '-' ? '' : `: ${flags.out}`;
		terminal.note(`${formatQuantity(written.rows, 'payment')}, ${formatQuantity(frauds, 'fraud')}${where}`);
		if (flags.out === '-' || flags.dryRun === true) return;
		terminal.note(`find them with: ${commandName()} run ${quoteArgument(flags.out)} ${RUN_FLAGS}`);
	});
}
