import type { TableAlert } from '../contracts/inspection.ts';
import type { SchemaComparison } from '../contracts/schema-contract.ts';

/** Columns whose values are not to be shown. */
export function personalColumns(alerts: readonly TableAlert[]): ReadonlySet<string | null> {
	return new Set(alerts.filter(({ kind }) => kind === 'personal-data').map(({ column }) => column));
}

/** The comparison without the values of columns that look like personal data. */
export function maskComparison(
	comparison: SchemaComparison | null,
	alerts: readonly TableAlert[],
): SchemaComparison | null {
	if (comparison === null) return null;
	const personal = personalColumns(alerts);
	const differences = comparison.differences.map((difference) => {
		if (!personal.has(difference.column)) return difference;
		const { before: _, now: __, ...told } = difference;
		return told;
	});
	return { ...comparison, differences };
}
