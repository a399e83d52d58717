import type { Command } from 'commander';
import { type Reason, readChange, readGroups, readReasons } from '../../review/read-reasons.ts';
import type { Cells, ExplainedRecord } from '../../runtime/explain-record.ts';
import { addExamples } from '../add-examples.ts';
import { withWorkspace } from '../carry-out-run.ts';
import { describeOwnValue, describeValue } from '../describe-reasons.ts';
import { escapeControls } from '../escape-controls.ts';
import { formatTable } from '../format-table.ts';
import { formatCount, formatNumber, formatQuantity, formatShare } from '../format-values.ts';
import type { GlobalFlags } from '../global-flags.ts';
import { handleInterrupt } from '../handle-interrupt.ts';
import { parseWhole } from '../parse-arguments.ts';
import { noteTruth } from '../print-item.ts';
import { formatScore, isOwnKey } from '../print-result.ts';
import type { Terminal } from '../terminal.ts';

export function defineExplain(command: Command, terminal: Terminal): void {
	command
		.argument('<run>', 'id of the run that scored it, or the beginning of the id')
		.argument('<row>', 'number of the row, or the key of its record')
		.option('--by-key', 'the key is meant, although it is a number');
	addExamples(command, [
		['explain 20261122-0114 1042', 'in words, column by column, and beside the nearest normal record'],
		['explain 20261122-0114 P000001042', 'by the key that the run was told with --key'],
		['queue list', 'run and row of the records to look at'],
	]);
	command.action(async (runId: string, row: string) => {
		const flags = command.optsWithGlobals<GlobalFlags & { readonly byKey?: boolean }>();
		const record = flags.byKey !== true && /^\d+$/.test(row) ? { rowNumber: parseWhole(1)(row) } : { key: row };
		await withWorkspace(flags, async (workspace) => {
			const { explainRecord } = await import('../../runtime/explain-record.ts');
			const interrupt = handleInterrupt(terminal);
			try {
				const explained = await explainRecord(workspace, runId, record, interrupt.signal);
				if (terminal.json) terminal.outJson(toJson(explained));
				else printExplanation(explained, terminal);
			} finally {
				interrupt.release();
			}
		});
	});
}

function toJson({ runId, score, reasons, nearest, nearestGenerated }: ExplainedRecord): object {
	return {
		runId,
		modelId: score.model_id,
		rowNumber: score.row_number,
		recordKey: score.record_key,
		score: score.score,
		surprise: score.surprise,
		pValue: score.p_value,
		severity: score.severity,
		isAlert: score.is_alert === 1,
		inWords: sayUnusual(reasons),
		change: readChange(reasons),
		reasons,
		nearest,
		nearestGenerated,
		record: JSON.parse(score.data_json) as Cells,
	};
}

/** What is unusual in sentences: values together, then values by themselves. */
function sayUnusual(reasons: readonly unknown[]): string[] {
	return [...readGroups(reasons), ...readReasons(reasons).flatMap(({ text }) => text ?? [])];
}

function printExplanation(
	{ score, reasons: parsed, nearest, nearestGenerated, columns, truthColumns }: ExplainedRecord,
	terminal: Terminal,
): void {
	const { paint } = terminal;
	const heading = (text: string) => terminal.out(`\n${paint('bold', text)}`);
	const reasons = readReasons(parsed);
	const record = JSON.parse(score.data_json) as Cells;
	const { row_number: rowNumber, record_key: recordKey, severity, is_alert: isAlert } = score;
	terminal.out(
		`${paint('bold', `Row ${rowNumber}`)}  ${escapeControls(recordKey)}  ` +
			`score ${formatScore(score.score)}  ${severity}${isAlert === 1 ? '  in the review queue' : ''}`,
	);
	terminal.out(describeRank(score.score));
	const sentences = sayUnusual(parsed);
	if (sentences.length > 0) {
		heading('What is unusual');
		for (const sentence of sentences) terminal.out(`  - ${escapeControls(sentence)}`);
	}
	const change = readChange(parsed);
	if (change !== null) {
		heading('What would make it normal');
		terminal.out(`  ${escapeControls(change)}.`);
	}
	heading('What each column adds');
	terminal.out(
		formatTable(
			[
				{ header: '  column', maxWidth: 34 },
				{ header: 'value (share of training rows)', maxWidth: 60 },
				{ header: 'adds', align: 'right' },
				{ header: 'typical' },
			],
			reasons.map((reason) => [
				`  ${escapeControls(reason.feature ?? 'all others')}`,
				reason.feature === null ? '' : describeOwnValue(reason),
				`${reason.contribution < 0 ? '' : '+'}${reason.contribution.toFixed(2)}`,
				reason.typical ?? '',
			]),
		),
	);
	terminal.out(
		`  Together ${formatNumber(score.surprise)} nats of surprise; what adds most speaks most against the record.`,
	);
	if (nearest !== null) {
		const key = isOwnKey(nearest.recordKey) ? `, ${escapeControls(nearest.recordKey)}` : '';
		const title = `Beside the nearest normal training record (row ${nearest.rowNumber}${key})`;
		printBeside(title, record, nearest.record, reasons, columns, terminal);
	}
	if (nearestGenerated !== null) {
		printBeside('Beside the nearest generated row', record, nearestGenerated, reasons, columns, terminal);
	}
	const told = [...reasons.map(({ column }) => column), ...(nearest === null ? [] : columns)];
	const shown = new Set([...told, ...truthColumns]);
	const rest = Object.entries(record).filter(([name]) => !shown.has(name));
	if (rest.length > 0) heading('The other columns');
	for (const [name, value] of rest) terminal.out(`  ${escapeControls(name)}: ${describeValue(value)}`);
	noteTruth(truthColumns, terminal);
}

/** What differs between a record and another, the columns that add most first. */
function printBeside(
	title: string,
	record: Cells,
	other: Cells,
	reasons: readonly Reason[],
	columns: readonly string[],
	terminal: Terminal,
): void {
	const named = reasons.flatMap(({ column }) => (column === null ? [] : [column]));
	const ordered = [...new Set([...named, ...columns])].filter((name) => columns.includes(name));
	const differing = ordered.filter((name) => record[name] !== other[name]);
	terminal.out(`\n${terminal.paint('bold', title)}`);
	terminal.out(
		formatTable(
			[
				{ header: '  column', maxWidth: 34 },
				{ header: 'this record', maxWidth: 50 },
				{ header: 'that record', maxWidth: 50 },
			],
			differing.map((name) => [
				`  ${escapeControls(name)}`,
				describeValue(record[name] ?? null),
				describeValue(other[name] ?? null),
			]),
		),
	);
	const same = ordered.length - differing.length;
	if (same > 0) terminal.out(`  The same in ${formatQuantity(same, 'other column')}.`);
}

/** What the score means: how many of the rows that the model was trained on are less surprising. */
function describeRank(score: number): string {
	const above = 1 - score;
	if (above <= 0) return 'More surprising than every row that the model was trained on.';
	const often = above < 0.1 ? `; one in ${formatCount(1 / above)} is more so` : '';
	// As exact as how many are beyond it, and never rounded up to all.
	const decimals = above < 0.01 ? 2 : 1;
	const share = above < 0.1 ? `${Math.floor(score * 10 ** (decimals + 2)) / 10 ** decimals} %` : formatShare(score);
	return `More surprising than ${share} of the rows that the model was trained on${often}.`;
}
