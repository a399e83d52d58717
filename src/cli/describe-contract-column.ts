import type { ColumnContract } from '../contracts/schema-contract.ts';
import { formatNumber } from './format-values.ts';

/** What a column holds, in a few words: its range, or its most frequent levels. */
export function describeContractColumn({ kind, numbers, levels }: ColumnContract): string {
	if (numbers !== undefined) {
		const write = kind === 'datetime' ? writeDay : formatNumber;
		return `${write(numbers.min)} to ${write(numbers.max)}${kind === 'datetime' ? '' : `, median ${write(numbers.p50)}`}`;
	}
	if (levels === undefined) return '';
	return levels.known
		.slice(0, 5)
		.map(({ level }) => level)
		.join(', ');
}

function writeDay(ms: number): string {
	return new Date(ms).toISOString().slice(0, 10);
}
