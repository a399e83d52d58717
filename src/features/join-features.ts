import type { FeatureColumn, FeatureSpec, FeatureTable } from '../contracts/features.ts';

/** The rows of all parts, one after the other. */
export function joinFeatures(parts: readonly FeatureTable[], specs: readonly FeatureSpec[]): FeatureTable {
	const rows = parts.reduce((sum, part) => sum + part.rows, 0);
	const columns = specs.map((spec, index): FeatureColumn => {
		const whole: FeatureColumn =
			spec.type === 'numeric'
				? { type: 'numeric', values: new Float64Array(rows) }
				: { type: 'categorical', codes: new Int32Array(rows) };
		let at = 0;
		for (const part of parts) {
			const column = part.columns[index] as FeatureColumn;
			if (whole.type === 'numeric' && column.type === 'numeric') whole.values.set(column.values, at);
			if (whole.type === 'categorical' && column.type === 'categorical') whole.codes.set(column.codes, at);
			at += part.rows;
		}
		return whole;
	});
	return { rows, columns };
}
