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
	readonly trainRows?: number;
}

export function addAdviseOptions(command: Command): void {
	command
		.optionsGroup('Advice:')
		.option('--advise', 'write no rows, but find whether they help a supervised model, and how many')
		.option('--label <column>', 'column that tells the classes')
		.option('--rare <value>', 'value of the rare class (default: the rarest)')
		.option('--target <figure>', 'what is to rise: f1, ap or recall@0.9 (default: ap)')
		.option('--folds <n>', 'parts of the table, each of which is tested once (default: 5)', parseWhole(2))
		.option('--repeats <n>', 'how often the table is dealt into folds (default: 2)', parseWhole(1))
		.option(
			'--train-rows <n>',
			'as if the table had only so many rows: 10 parts learn from so many of theirs, and are tested on the rest',
			parseWhole(10),
		);
}

/** @throws CounterfoilError USAGE without a label; what `adviseOnModel` fails with. */
export async function advise(reference: string, flags: GlobalFlags & AdviseFlags, terminal: Terminal): Promise<void> {
	const { label, rare, target = 'ap', folds, repeats, trainRows, seed } = flags;
	if (label === undefined) {
		throw new CounterfoilError('USAGE', 'it is not said which column tells the classes', {
			hint: 'name it with --label COLUMN',
		});
	}
	if (trainRows !== undefined && repeats !== undefined) {
		throw new CounterfoilError('USAGE', 'parts of a table are dealt once', {
			hint: 'leave out --repeats or --train-rows; more parts are had with --folds',
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
			...(trainRows === undefined ? {} : { trainingRows: trainRows }),
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
	const { arms, folds, repeats, trainingRows, rows, rareRows, label, value, recommended, interval } = advice;
	terminal.out(advice.verdict);
	terminal.out('');
	terminal.out(
		formatTable(
			[
				{ header: 'method' },
				{ header: 'new rows per rare row (both: per row)', align: 'right' },
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
			(trainingRows === null
				? `${formatQuantity(folds, 'fold')}, dealt ${formatQuantity(repeats, 'time')}; `
				: `${formatQuantity(folds, 'part')}, each learning from ${formatQuantity(trainingRows, 'row')}; `) +
			`${Math.round(interval.confidence * 100)} % intervals; ${formatDuration(tookMs)}`,
	);
	// Of a model of the whole table there is nothing to write for a smaller one.
	if (recommended === null || trainingRows !== null) return;
	const operators = recommended.classes === 'both' ? ['=', '!='] : ['='];
	const rowsOfEach = Math.round(recommended.rows / operators.length);
	for (const operator of operators) {
		const where = quoteArgument(`${label}${operator}${value}`);
		terminal.note(
			`to write them: ${commandName()} augment ${quoteArgument(reference)} --rows ${rowsOfEach} --where ${where}`,
		);
	}
}

function formatInterval(interval: PairedInterval | null): string {
	if (interval === null) return '';
	const { difference, low, high } = interval;
	return `${formatSigned(difference)} (${formatSigned(low)} to ${formatSigned(high)})`;
}
