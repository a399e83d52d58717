import type { FeatureTable } from '../../src/contracts/features.ts';
import type { Random } from '../../src/contracts/random.ts';

/**
 * Half of the normal rows to fit on, the other rows to score. Rows that are alike stay on one side: a detector that
 * remembers its rows would win otherwise. What is like an anomaly is never fitted on.
 *
 * @param labels [rows] 1 = anomaly
 * @returns row numbers, rising
 */
export function splitNormalRows(
	table: FeatureTable,
	labels: Uint8Array,
	random: Random,
): { readonly train: Int32Array; readonly test: Int32Array } {
	const alike = new Map<string, number[]>();
	for (let row = 0; row < table.rows; row++) {
		const content = table.columns.map((column) => (column.type === 'numeric' ? column.values[row] : column.codes[row]));
		const key = content.join();
		const rows = alike.get(key);
		if (rows === undefined) alike.set(key, [row]);
		else rows.push(row);
	}
	const normal = labels.reduce((sum, label) => sum + 1 - label, 0);
	const groups = random.shuffle([...alike.values()].filter((rows) => rows.every((row) => labels[row] === 0)));
	const isTrain = new Uint8Array(table.rows);
	let taken = 0;
	for (const rows of groups) {
		if (taken + rows.length > normal / 2) continue;
		for (const row of rows) isTrain[row] = 1;
		taken += rows.length;
	}
	const numbers = Int32Array.from({ length: table.rows }, (_, row) => row);
	return { train: numbers.filter((row) => isTrain[row] === 1), test: numbers.filter((row) => isTrain[row] === 0) };
}
