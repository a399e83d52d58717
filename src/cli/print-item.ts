import type { ItemDetail, ItemEvent } from '../review/read-item.ts';
import { readChange, readGroups, readReasons } from '../review/read-reasons.ts';
import type { SimilarItems } from '../review/similar-items.ts';
import { commandName } from './command-name.ts';
import { describeBriefly, describeValue } from './describe-reasons.ts';
import { escapeControls } from './escape-controls.ts';
import { formatTable } from './format-table.ts';
import { formatDuration, formatNumber, formatQuantity } from './format-values.ts';
import { formatScore } from './print-result.ts';
import type { Terminal } from './terminal.ts';

/** An item as `--json` tells it. */
export function itemToJson(detail: ItemDetail): object {
	const { item, queue, score, reasons, record, events, earlier, similar, labels } = detail;
	return {
		...item,
		queue_name: queue.name,
		dataset_name: queue.datasetName,
		score,
		reasons: readReasons(reasons),
		together: readGroups(reasons),
		change: readChange(reasons),
		record,
		events,
		earlier,
		similar,
		labels,
	};
}

/** What a person needs to decide: why, the record, what was decided before. */
export function printItem(detail: ItemDetail, terminal: Terminal, now: Date = new Date()): void {
	const { item, queue, score, record, earlier } = detail;
	const { paint } = terminal;
	const heading = (text: string) => terminal.out(`\n${paint('bold', text)}`);
	const scored = score === null ? 'its score was deleted' : `score ${formatScore(score.score)}  ${score.severity}`;
	terminal.out(
		`${paint('bold', `Item ${item.item_id}`)}  ${queue.datasetName}/${queue.name}  ${escapeControls(item.record_key)}  ${scored}`,
	);
	terminal.out(`  ${describeState(detail, now)}`);
	if (item.entity_key !== item.record_key) terminal.out(`  about ${escapeControls(item.entity_key)}`);
	if (item.hits > 1) terminal.out(`  ${formatQuantity(item.hits, 'hit')}; this is the highest`);
	printWhy(detail, heading, terminal);
	if (record !== null) {
		heading('The record');
		const shown = Object.entries(record).filter(([name]) => !detail.labelColumns.includes(name));
		const cells = shown.map(([name, value]) => [`  ${escapeControls(name)}`, describeValue(value)]);
		const width = Math.max(...cells.map(([name]) => (name as string).length));
		for (const [name, value] of cells) terminal.out(`${(name as string).padEnd(width)}  ${value}`);
		noteTruth(
			Object.keys(record).filter((name) => detail.labelColumns.includes(name)),
			terminal,
		);
	}
	if (earlier.length > 0) {
		heading('Before, on the same');
		for (const other of earlier) {
			const what = other.decision === null ? other.state.replace('_', ' ') : `${other.decision} (${other.reason_code})`;
			const who = other.decided_by === null ? '' : ` by ${escapeControls(other.decided_by)}`;
			terminal.out(`  item ${other.item_id}  ${(other.closed_at ?? other.opened_at).slice(0, 10)}  ${what}${who}`);
		}
	}
	if (detail.similar !== null) printSimilar(detail.similar, heading, terminal);
	const imported = detail.labels.filter(
		({ source, retracts_label_id }) => source !== 'review' && retracts_label_id === null,
	);
	if (imported.length > 0) {
		heading('Known from elsewhere');
		for (const { label, source, known_at } of imported) {
			terminal.out(`  ${label}, known since ${known_at.slice(0, 10)} from ${escapeControls(source)}`);
		}
	}
}

function printSimilar(similar: SimilarItems, heading: (text: string) => void, terminal: Terminal): void {
	const { features, fraud, legitimate, unsure, latest } = similar;
	heading('Decided before, for the same reasons');
	terminal.out(
		`  ${features.map(escapeControls).join(' and ')}: ${fraud} fraud, ${legitimate} legitimate, ${unsure} unsure`,
	);
	for (const { item_id: id, closed_at: closed, decision } of latest) {
		terminal.out(`  item ${id}  ${(closed ?? '').slice(0, 10)}  ${decision}`);
	}
}

/** Says what is not shown to who decides. */
export function noteTruth(columns: readonly string[], terminal: Terminal): void {
	if (columns.length === 0) return;
	const names = columns.map(escapeControls).join(', ');
	terminal.note(
		`  (${names} ${columns.length === 1 ? 'holds' : 'hold'} the truth and ${columns.length === 1 ? 'is' : 'are'} not shown; --json has it)`,
	);
}

function printWhy({ reasons, item }: ItemDetail, heading: (text: string) => void, terminal: Terminal): void {
	const parsed = readReasons(reasons);
	const sentences = [...readGroups(reasons), ...parsed.flatMap(({ text }) => text ?? [])];
	const lines = sentences.length > 0 ? sentences : [describeBriefly(parsed, [], 3)];
	if (lines.every((line) => line === '')) return;
	heading('Why');
	for (const line of lines) terminal.out(`  - ${escapeControls(line)}`);
	const change = readChange(reasons);
	if (change !== null) terminal.out(`  ${escapeControls(change)}.`);
	if (item.run_id === null) return;
	terminal.note(`  column by column: ${commandName()} explain ${item.run_id} ${item.row_number}`);
}

function describeState({ item }: ItemDetail, now: Date): string {
	const parts: string[] = [];
	if (item.state === 'decided') {
		const reason = item.reason_code === null ? '' : ` (${item.reason_code})`;
		parts.push(`decided: ${item.decision ?? 'closed'}${reason} by ${escapeControls(item.decided_by ?? 'someone')}`);
	} else if (item.state === 'in_review') {
		const isOver = item.lease_expires_at !== null && Date.parse(item.lease_expires_at) <= now.getTime();
		const until = item.lease_expires_at === null ? '' : ` until ${formatTime(item.lease_expires_at)}`;
		parts.push(isOver ? `was held by ${item.assignee}${until}` : `held by ${item.assignee}${until}`);
	} else if (item.state === 'snoozed') parts.push(`sleeps until ${formatTime(item.snoozed_until ?? '')}`);
	else if (item.state === 'escalated') parts.push(`escalated by ${escapeControls(item.escalated_by ?? 'someone')}`);
	else parts.push('new');
	if (item.proposed_by !== null && item.state !== 'decided') {
		parts.push(`${escapeControls(item.proposed_by)} says ${item.proposed_decision}, a second person must confirm`);
	} else if (item.needs_second === 1 && item.state !== 'decided') parts.push('needs two people');
	if (item.amount !== null) parts.push(`amount ${formatNumber(item.amount, 6)}`);
	if (item.due_at !== null && item.state !== 'decided') {
		const late = now.getTime() - Date.parse(item.due_at);
		parts.push(late > 0 ? `overdue by ${formatDuration(late)}` : `due ${formatTime(item.due_at)}`);
	}
	return parts.join('; ');
}

/** What happened to an item, one line each. */
export function printEvents(events: readonly ItemEvent[], terminal: Terminal): void {
	terminal.out(`\n${terminal.paint('bold', 'What happened')}`);
	terminal.out(
		formatTable(
			[
				{ header: '  event', align: 'right' },
				{ header: 'when' },
				{ header: 'who' },
				{ header: 'what' },
				{ header: '' },
			],
			events.map(({ eventId, at, actor, kind, after, note }) => [
				`  ${eventId}`,
				formatTime(at),
				actor,
				kind,
				[describeAfter(after), ...(note === null ? [] : [`"${note}"`])].filter((part) => part !== '').join('; '),
			]),
		),
	);
}

function describeAfter(after: ItemEvent['after']): string {
	const shown = ['decision', 'proposed_decision', 'reason_code', 'proposed_reason', 'seconds_spent', 'snoozed_until'];
	return shown
		.filter((name) => after[name] !== undefined && after[name] !== null)
		.map((name) => `${name.replaceAll('_', ' ')} ${String(after[name])}`)
		.join(', ');
}

/** `2026-11-22 01:14 UTC`. */
export function formatTime(iso: string): string {
	return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}
