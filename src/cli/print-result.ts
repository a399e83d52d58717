import { relative } from 'node:path';
import { isObjectAddress } from '../contracts/object-address.ts';
import { describePromise } from '../contracts/privacy.ts';
import type { ModelMetric } from '../store/database.ts';
import type { ColumnResult, RunResult, ScoredRecord } from './collect-result.ts';
import { commandName } from './command-name.ts';
import { describeBriefly } from './describe-reasons.ts';
import { escapeControls } from './escape-controls.ts';
import { cutToWidth, formatTable } from './format-table.ts';
import { formatDuration, formatQuantity } from './format-values.ts';
import { type Place, placeOptions } from './place-options.ts';
import { printAlerts } from './print-alerts.ts';
import { printAgreement, printRanking } from './print-ranking.ts';
import { printSchema } from './print-schema.ts';
import type { Terminal } from './terminal.ts';

/** Of the table; `inspect` prints all. */
const SHOWN_ALERTS = 6;

/** A command without the program's name, and what it does. */
export type NextCommand = readonly [line: string, words: string];

/** Prints what a run has found, in words: the columns, the records to look at, how good the rows are. */
export function printResult(result: RunResult, tookMs: number, terminal: Terminal): void {
	const rejected = result.rowsRejected === 0 ? '' : `, ${formatQuantity(result.rowsRejected, 'reject')}`;
	const read = result.datasetId === null ? '' : `: ${formatQuantity(result.rowsLoaded, 'record')}${rejected}`;
	terminal.out(`${terminal.paint('bold', `Run ${result.runId}`)}${read}, ${formatDuration(tookMs)}`);
	for (const line of result.reading) terminal.out(`  read: ${escapeControls(line)}`);
	for (const { message } of result.repairs) terminal.out(`  mended: ${escapeControls(message)}`);
	if (result.rowsRejected > 0 && result.datasetId !== null) {
		terminal.out(`  why: ${commandName()} rejects ${result.datasetId}`);
	}
	printSchema(result.comparison, terminal);
	printColumns(result.columns, terminal);
	if (result.tableAlerts.length > 0) {
		heading('Worth knowing', terminal);
		printAlerts(result.tableAlerts, SHOWN_ALERTS, terminal);
	}
	printTop(result.top, terminal);
	printQuality(result.metrics, terminal);
}

function heading(text: string, terminal: Terminal): void {
	terminal.out(`\n${terminal.paint('bold', text)}`);
}

/** How many columns of which kind, and each that is not learnt from with the reason. */
export function printColumns(columns: readonly ColumnResult[], terminal: Terminal): void {
	if (columns.length === 0) return;
	const counts = new Map<string, number>();
	for (const column of columns) if (isLearnt(column)) counts.set(column.kind, (counts.get(column.kind) ?? 0) + 1);
	const kinds = [...counts].sort((a, b) => b[1] - a[1]).map(([kind, count]) => `${count} ${kind}`);
	heading('Columns', terminal);
	terminal.out(`  learnt from: ${kinds.length === 0 ? 'none' : kinds.join(', ')}`);
	const notable = columns.filter((column) => !isLearnt(column) || column.note !== null);
	if (notable.length === 0) return;
	const rows = notable.map(({ name, kind, role, note }) => [
		`  ${escapeControls(name)}`,
		role === 'feature' ? kind : role === 'ignored' || role === 'truth' ? 'left out' : role,
		note ?? (role === 'label' ? 'kept apart for evaluation' : ''),
	]);
	const table = formatTable([{ header: '', maxWidth: 32 }, { header: '' }, { header: '' }], rows);
	terminal.out(table.slice(table.indexOf('\n') + 1));
}

/** Other kinds hold nothing to learn, whatever the column is for. */
export function isLearnt({ kind, role }: ColumnResult): boolean {
	return role === 'feature' && kind !== 'constant' && kind !== 'key' && kind !== 'text';
}

/** The most anomalous records, each with what speaks against it. */
export function printTop(top: readonly ScoredRecord[], terminal: Terminal): void {
	if (top.length === 0) return;
	heading(`The ${top.length === 1 ? 'record' : `${top.length} records`} that look least real`, terminal);
	for (const record of top) terminal.out(formatScoredRecord(record, terminal));
}

export function formatScoredRecord(record: ScoredRecord, terminal: Terminal): string {
	const { rank, rowNumber, recordKey, score, severity, reasons, together } = record;
	const key = isOwnKey(recordKey) ? `  ${escapeControls(recordKey)}` : '';
	const colour = severity === 'critical' ? 'red' : severity === 'low' ? 'dim' : 'yellow';
	const head = `${String(rank).padStart(3)}. row ${rowNumber}${key}  score ${formatScore(score)}  `;
	const why = describeBriefly(reasons, together, 3);
	// A pipe has no width; a terminal would break the line in the middle of a word.
	const width = terminal.stdout.isTTY === true ? (terminal.stdout.columns ?? 80) - 6 : Number.POSITIVE_INFINITY;
	return `${head}${terminal.paint(colour, severity)}${why === '' ? '' : `\n     ${cutToWidth(why, width)}`}`;
}

/** A key that is a content hash says nothing to a person. */
export function isOwnKey(recordKey: string): boolean {
	return !/^[0-9a-f]{16,64}-\d+$/.test(recordKey);
}

/** Four digits; only the very highest is shown as 1. */
export function formatScore(score: number): string {
	return score < 1 ? Math.min(0.9999, score).toFixed(4) : '1.0000';
}

/** The only one that is of one column and shown. */
const PREDICTION = 'train_on_synthetic';
const MOST_OF_NAME = 18;

/** Metrics of the generated rows, in the words of the field and in the order in which they are shown. */
const QUALITY_WORDS: Readonly<Record<string, string>> = {
	quality: 'Quality',
	quality_column_shapes: 'Column Shapes',
	quality_pair_trends: 'Column Pair Trends',
	two_sample: 'not told from real rows',
	train_on_synthetic: 'teaches to predict',
	copied_share: 'copies of training rows',
	closest_record_share: 'closer to training rows than to others',
};

/** What was measured, beside what independent columns and real rows reach, or other detectors. */
export function printQuality(metrics: readonly ModelMetric[], terminal: Terminal): void {
	const rounded = (value: number | null) => (value === null ? '' : value.toFixed(3));
	const rows = Object.entries(QUALITY_WORDS).flatMap(([name, text]) => {
		const found = metrics.find(({ metric, part }) => metric === name && (part === '' || name === PREDICTION));
		if (found === undefined) return [];
		const column = cutToWidth(escapeControls(found.part), MOST_OF_NAME);
		return [
			[
				column === '' ? `  ${text}` : `  ${text} ${column}`,
				rounded(found.value),
				rounded(found.floor),
				rounded(found.ceiling),
			],
		];
	});
	if (rows.length > 0) {
		heading('Quality of the generated rows', terminal);
		const headers = ['this model', 'independent columns', 'real rows'];
		const columns = headers.map((header) => ({ header, align: 'right' }) as const);
		terminal.out(formatTable([{ header: '' }, ...columns], rows));
	}
	printPrivacy(metrics, terminal);
	printRanking(metrics, terminal);
	printAgreement(metrics, terminal);
}

/** What was promised to the rows, and that the figures above are what it costs. */
function printPrivacy(metrics: readonly ModelMetric[], terminal: Terminal): void {
	const find = (name: string) => metrics.find(({ metric }) => metric === name)?.value;
	const [epsilon, delta] = [find('privacy_epsilon'), find('privacy_delta')];
	if (epsilon === undefined || delta === undefined) return;
	heading('Private', terminal);
	terminal.out(`  generated rows: ${describePromise({ epsilon, delta })} for each row, which costs quality`);
}

/** Where the report is and what to type next. */
export function printNext(result: RunResult, next: readonly NextCommand[], terminal: Terminal): void {
	if (result.reportPath !== null) {
		const near = relative('', result.reportPath);
		terminal.out(
			`\n${terminal.paint('bold', 'Report')}  ${near.startsWith('..') || isObjectAddress(result.reportPath) ? result.reportPath : near}`,
		);
	}
	if (next.length === 0) return;
	heading('Next', terminal);
	const name = commandName();
	for (const [line, words] of next) {
		terminal.out(`  ${terminal.paint('dim', `# ${words}`)}`);
		terminal.out(`  ${terminal.paint('cyan', `${name} ${line}`)}`);
	}
}

/** The commands that make sense after a run, by what it has made. */
export function nextCommands(result: RunResult, place: Place): NextCommand[] {
	const where = placeOptions(place);
	const next: NextCommand[] = [];
	const [first] = result.top;
	if (result.alerts > 0) next.push([`queue list${where}`, 'the records to look at first']);
	if (first !== undefined) {
		next.push([`explain ${result.runId} ${first.rowNumber}${where}`, 'why a record has its score, column by column']);
	}
	if (result.modelId !== null) {
		next.push([`score FILE --model ${result.modelId}${where}`, 'score new data with this model']);
		next.push([`generate ${result.modelId} --rows 1000 --out rows.csv${where}`, 'more rows of the same kind']);
	}
	return next;
}
