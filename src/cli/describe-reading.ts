import type { NumberReading, ValueReading } from '../contracts/value-reading.ts';
import { formatQuantity } from './format-values.ts';

/** How the texts of a table were understood, a sentence for each way. */
export function describeReading({
	numbers = [],
	dates = [],
	nulls = [],
	columnNulls = [],
}: Partial<ValueReading>): string[] {
	const ways = new Map<string, NumberReading[]>();
	for (const reading of numbers) {
		const way = `${exampleOf(reading)}${reading.isAmbiguous ? ', which their own column does not tell' : ''}`;
		ways.set(way, [...(ways.get(way) ?? []), reading]);
	}
	return [
		...Array.from(ways, ([way, columns]) => `${listColumns(columns)}: numbers written like ${way}`),
		...dates.map(({ column, format, isAmbiguous }) => {
			const note = isAmbiguous === true ? ', day and month of which cannot be told apart' : '';
			return `${column}: dates written like ${format}${note}`;
		}),
		...columnNulls.map(({ column, texts }) => `missing cells of ${column} are also written ${quoteAll(texts)}`),
		...(nulls.length === 0 ? [] : [`missing cells are also written ${quoteAll(nulls)}`]),
	];
}

/** `1.234,5`. */
function exampleOf({ decimal, thousands, unit }: NumberReading): string {
	const example = `1${thousands ?? ''}234${decimal}5`;
	if (unit === undefined) return example;
	return unit === '' ? `${example}, negative ones like (${example}) or ${example}-` : `${example} with ${unit}`;
}

function listColumns(columns: readonly NumberReading[]): string {
	const names = columns.slice(0, 5).map(({ column }) => column);
	const rest = columns.length - names.length;
	return `${names.join(', ')}${rest > 0 ? ` and ${formatQuantity(rest, 'more column')}` : ''}`;
}

/** Which texts were taken for missing cells, with how many cells each. */
export function describeMissing(
	columns: readonly { readonly missingTexts?: readonly (readonly [string, number])[] }[],
): string | null {
	const cells = new Map<string, number>();
	for (const { missingTexts = [] } of columns) {
		for (const [text, count] of missingTexts) cells.set(text, (cells.get(text) ?? 0) + count);
	}
	if (cells.size === 0) return null;
	const told = [...cells]
		.sort((a, b) => b[1] - a[1])
		.map(([text, count]) => `"${text}" (${formatQuantity(count, 'cell')})`);
	return `taken for missing cells: ${told.join(', ')}`;
}

function quoteAll(texts: readonly string[]): string {
	return texts.map((text) => `"${text}"`).join(', ');
}
