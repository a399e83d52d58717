import type { Command } from 'commander';
import { CounterfoilError } from '../contracts/errors.ts';
import { formatSigned, type PairedInterval } from '../learn/paired-interval.ts';
import type { ModelAdvice } from '../runtime/advise-on-model.ts';
import { withWorkspace } from './carry-out-run.ts';
import { commandName, quoteArgument } from './command-name.ts';
import { escapeControls } from './escape-controls.ts';
import { formatTable } from './format-table.ts';
import { formatCount, formatDuration, formatQuantity } from './format-values.ts';
import type { GlobalFlags } from './global-flags.ts';
import { parseWhole } from './parse-arguments.ts';
import type { Terminal } from './terminal.ts';
import { watchTask } from './watch-task.ts';

export interface AdviseFlags {
	readonly advise?: true;
	readonly label?: string;
	readonly rare?: string;
	readonly target?: string;
	readonly folds?: number;
	readonly repeats?: number;
}

export function addAdviseOptions(command: Command): void {
	command
		.optionsGroup('Advice:')
		.option('--advise', 'write no rows, but find whether they help a supervised model, and how many')
		.option('--label <column>', 'column that tells the classes')
		.option('--rare <value>', 'value of the rare class (default: the rarest)')
		.option('--target <figure>', 'what is to rise: f1, ap or recall@0.9 (default: ap)')
		.option('--folds <n>', 'parts of the table, each of which is tested once (default: 5)', parseWhole(2))
		.option('--repeats <n>', 'how often the table is dealt into folds (default: 2)', parseWhole(1));
}

/** @throws CounterfoilError USAGE without a label; what `adviseOnModel` fails with. */
export async function advise(reference: string, flags: GlobalFlags & AdviseFlags, terminal: Terminal): Promise<void> {
	const { label, rare, target = 'ap', folds, repeats, seed } = flags;
	if (label === undefined) {
		throw new CounterfoilError('USAGE', 'it is not said which column tells the classes', {
			hint: 'name it with --label COLUMN',
		});
	}
	await withWorkspace(flags, async (workspace) => {
		const { adviseOnModel } = await import('../runtime/advise-on-model.ts');
		const startedMs = Date.now();
		const asked = {
			model: reference,
			label,
			value: rare ?? null,
			target,
			...(folds === undefined ? {} : { folds }),
			...(repeats === undefined ? {} : { repeats }),
			...(seed === undefined ? {} : { seed }),
		};
		const advice = await watchTask('advise', 'adviseAugmentation', terminal, (task) =>
			adviseOnModel(workspace, asked, task),
		);
		if (terminal.json) terminal.outJson(advice);
		else printAdvice(reference, advice, Date.now() - startedMs, terminal);
	});
}

function printAdvice(reference: string, advice: ModelAdvice, tookMs: number, terminal: Terminal): void {
	const { arms, folds, repeats, rows, rareRows, label, value, recommended, interval } = advice;
	terminal.out(advice.verdict);
	terminal.out('');
	terminal.out(
		formatTable(
			[
				{ header: 'method' },
				{ header: 'new rows per rare row', align: 'right' },
				{ header: 'rows added', align: 'right' },
				{ header: advice.target, align: 'right' },
				{ header: 'against nothing', align: 'right' },
				{ header: 'against class weights', align: 'right' },
			],
			arms.map(({ method, amount, addedRows, mean, againstNothing, againstWeights }) => [
				method,
				amount === null ? '' : String(amount),
				amount === null ? '' : formatCount(addedRows),
				mean.toFixed(3),
				formatInterval(againstNothing),
				formatInterval(againstWeights),
			]),
		),
	);
	terminal.note(
		`${formatQuantity(rows, 'row')}, ${formatCount(rareRows)} with ${escapeControls(`${label}=${value}`)}; ` +
			`${formatQuantity(folds, 'fold')}, dealt ${formatQuantity(repeats, 'time')}; ` +
			`${Math.round(interval.confidence * 100)} % intervals; ${formatDuration(tookMs)}`,
	);
	if (recommended === null) return;
	const where = quoteArgument(`${label}=${value}`);
	terminal.note(
		`to write them: ${commandName()} augment ${quoteArgument(reference)} --rows ${recommended.rows} --where ${where}`,
	);
}

function formatInterval(interval: PairedInterval | null): string {
	if (interval === null) return '';
	const { difference, low, high } = interval;
	return `${formatSigned(difference)} (${formatSigned(low)} to ${formatSigned(high)})`;
}
