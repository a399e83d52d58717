import type { ColumnRename, DialectConfig } from '../contracts/run-config.ts';
import type { ValueReading } from '../contracts/value-reading.ts';

/**
 * How a table that a model is to score is read: as it was told, else as the model's own table was told to be read.
 * What was found in that table decides where the new one does not tell, such as `1,234` in all of few rows.
 *
 * @param trained the table the model was trained on
 */
export function followTrainingDialect(
	told: DialectConfig,
	trained: { readonly told: DialectConfig | undefined; readonly reading: ValueReading | undefined },
): DialectConfig {
	const isSaid = ([, value]: [string, unknown]) => value !== null && value !== undefined;
	const { rename = [], ...others } = trained.told ?? {};
	const before = Object.entries(others).filter(isSaid);
	const now = Object.entries(told).filter(isSaid);
	const { numbers = [], dates = [] } = trained.reading ?? {};
	return {
		delimiter: null,
		quote: null,
		header: null,
		encoding: null,
		...Object.fromEntries([...before, ...now]),
		...joinRenames(rename, told.rename ?? []),
		...(numbers.length === 0 ? {} : { usualNumbers: numbers }),
		...(dates.length === 0 ? {} : { usualDates: dates }),
	};
}

/** A column of the new table may have the name already that those of the model's own were given. */
function joinRenames(before: readonly ColumnRename[], now: readonly ColumnRename[]): Pick<DialectConfig, 'rename'> {
	const told = new Set(now.flatMap(({ column, name }) => [column, name]));
	const others = before.filter(({ column, name }) => !told.has(column) && !told.has(name));
	const rename = [...others.map((one) => ({ ...one, ifThere: true as const })), ...now];
	return rename.length === 0 ? {} : { rename };
}
