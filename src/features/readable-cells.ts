import type { ColumnContract } from '../contracts/schema-contract.ts';
import { DATE_ORDERS, type DateOrder, EPOCH_MILLISECONDS, EPOCH_SECONDS, parseDate } from './date-format.ts';
import { isMissingText } from './is-missing-text.ts';
import type { NumberStats } from './number-stats.ts';
import { parseNumber } from './parse-number.ts';
import type { TextEvidence } from './text-evidence.ts';

type Typed = Pick<ColumnContract, 'kind' | 'dateFormat'>;

/** Of cells that are there, how many can be read as the kind of a column. */
export function countReadable(column: Typed, evidence: TextEvidence): number {
	switch (howToRead(column)) {
		case 'number':
			return evidence.numbers.count + evidence.infinite;
		case 'text':
			return evidence.present;
		default:
			return statsOf(column, evidence)?.count ?? 0;
	}
}

/** The numbers or instants of a column (those of epochs as they are written); null where it has none. */
export function statsOf(column: Typed, evidence: TextEvidence): NumberStats | null {
	const reading = howToRead(column);
	if (reading === 'text') return null;
	if (reading === 'number') return evidence.numbers;
	return evidence.dates.find(({ order }) => order === reading)?.instants ?? null;
}

/** Whether a text that is there can be read as the kind of the column; missing texts can. */
export function createReadableTest(column: Typed): (text: string) => boolean {
	const reading = howToRead(column);
	if (reading === 'text') return () => true;
	const isReadable =
		reading === 'number'
			? (text: string) => !Number.isNaN(parseNumber(text))
			: (text: string) => !Number.isNaN(parseDate(text, reading));
	return (text) => isReadable(text) || isMissingText(text);
}

function howToRead({ kind, dateFormat = '' }: Typed): 'number' | 'text' | DateOrder {
	if (kind === 'numeric' || kind === 'integer') return 'number';
	if (kind !== 'datetime') return 'text';
	if (dateFormat === EPOCH_SECONDS || dateFormat === EPOCH_MILLISECONDS) return 'number';
	const order = (dateFormat.split(/[ T]/)[0] ?? '').replace(/M+/, 'MM').replace(/D+/, 'DD');
	return DATE_ORDERS.find((known) => known === order) ?? 'text';
}
