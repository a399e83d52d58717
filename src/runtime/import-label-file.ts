import { CounterfoilError } from '../contracts/errors.ts';
import { findNearest } from '../contracts/find-nearest.ts';
import { type Cells, cellText } from '../contracts/table.ts';
import { openTable } from '../ingest/ingest-source.ts';
import { type ImportCounts, type ImportedLabel, importLabels } from '../review/import-labels.ts';
import { REVIEW_SOURCE } from '../review/label-records.ts';
import { nameDataset } from '../store/name-dataset.ts';
import { requireDatasetName } from '../store/require-dataset-name.ts';
import type { LabelWord } from '../store/review-database.ts';
import type { Store } from '../store/store.ts';

/** Rows that are told of by their numbers at most. */
const ROWS_TOLD = 20;
const WORDS: Readonly<Record<LabelWord, readonly string[]>> = {
	fraud: ['1', 'true', 'yes', 'y', 't', 'fraud', 'fraudulent', 'chargeback', 'confirmed'],
	legitimate: ['0', 'false', 'no', 'n', 'f', 'legitimate', 'genuine', 'ok', 'normal', 'refuted'],
	unsure: ['unsure', 'unknown', 'inconclusive', '?'],
};

export interface LabelFileOptions {
	readonly path: string;
	/** Name of the data sets whose records the labels are of. */
	readonly datasetName: string;
	readonly keyColumn: string;
	/** What the rows say: a column, or the same for all of them. */
	readonly label: { readonly column: string } | { readonly all: LabelWord };
	/** Values of the column that mean fraud, or legitimate, beside the usual words. */
	readonly fraudValues?: readonly string[];
	readonly legitimateValues?: readonly string[];
	/** When the truth became known: a column of times, or one time for all rows. */
	readonly knownAt: { readonly column: string } | { readonly time: Date };
	readonly reasonColumn?: string;
	/** Where the labels come from. @default the name of the file */
	readonly source?: string;
	readonly actor: string;
	readonly now?: Date;
}

export interface LabelFileResult extends ImportCounts {
	readonly source: string;
	readonly rows: number;
	/** Rows that were left out, by why. */
	readonly refused: Readonly<Record<string, { count: number; readonly rows: number[] }>>;
	/** Rows that could not be read as part of the table. */
	readonly unreadable: number;
}

/**
 * Reads labels from a file of any format that tables are read from. A row that cannot be a label is left out and told.
 *
 * @throws NOT_FOUND if no data set has the name; COLUMN_UNKNOWN; USAGE; what reading the file throws
 */
export async function importLabelFile(store: Store, options: LabelFileOptions): Promise<LabelFileResult> {
	await requireDatasetName(store, options.datasetName);
	const source = options.source ?? nameDataset(options.path);
	if (source === REVIEW_SOURCE || source.startsWith('retracted ') || source.trim() === '') {
		throw new CounterfoilError('USAGE', 'The source must have a name of its own.', { where: `source ${source}` });
	}
	const { actor, datasetName, now = new Date() } = options;
	const counts: ImportCounts = { added: 0, known: 0, withoutRecord: 0, contradicting: [] };
	const refused: Record<string, { count: number; rows: number[] }> = {};
	const table = await openTable(options.path);
	let rows = 0;
	let unreadable = 0;
	for await (const { batch, rejects } of table) {
		unreadable += rejects.length;
		const column = (name: string): Cells => batch.columns[indexOf(batch.names, name)] as Cells;
		const keys = column(options.keyColumn);
		const said = 'column' in options.label ? column(options.label.column) : options.label.all;
		const times = 'column' in options.knownAt ? column(options.knownAt.column) : options.knownAt.time;
		const reasons = options.reasonColumn === undefined ? null : column(options.reasonColumn);
		const labels: ImportedLabel[] = [];
		for (let i = 0; i < batch.rows; i++) {
			rows += 1;
			const recordKey = cellText(keys, i);
			const label = typeof said === 'string' ? said : readLabel(cellText(said, i), options);
			const knownAt = times instanceof Date ? times : readTime(cellText(times, i));
			const fault =
				recordKey === null || recordKey === ''
					? 'no key'
					: label === null
						? 'a label that is not understood'
						: knownAt === null
							? 'a time that is not understood'
							: knownAt > now
								? 'known in the future'
								: null;
			if (fault === null) {
				labels.push({
					row: rows,
					recordKey: recordKey as string,
					label: label as LabelWord,
					knownAt: (knownAt as Date).toISOString(),
					reasonCode: reasons === null ? null : cellText(reasons, i),
				});
				continue;
			}
			const refusal = refused[fault] ?? { count: 0, rows: [] };
			refused[fault] = refusal;
			refusal.count += 1;
			if (refusal.rows.length < ROWS_TOLD) refusal.rows.push(rows);
		}
		await importLabels(store, labels, { datasetName, source, actor, now }, counts);
	}
	return { source, rows, unreadable, refused, ...counts };
}

function indexOf(names: readonly string[], name: string): number {
	const index = names.indexOf(name);
	if (index >= 0) return index;
	const nearest = findNearest(name, names);
	throw new CounterfoilError('COLUMN_UNKNOWN', 'The file does not have this column.', {
		where: `column "${name}"`,
		hint: nearest === null ? `there is ${names.slice(0, 8).join(', ')}` : `did you mean ${nearest}?`,
	});
}

function readLabel(text: string | null, options: LabelFileOptions): LabelWord | null {
	if (text === null) return null;
	if (options.fraudValues?.includes(text)) return 'fraud';
	if (options.legitimateValues?.includes(text)) return 'legitimate';
	const word = text.trim().toLowerCase();
	// `1.0` is how a column of numbers may write 1.
	const plain = /^[01]\.0+$/.test(word) ? word.charAt(0) : word;
	return (Object.keys(WORDS) as LabelWord[]).find((label) => WORDS[label].includes(plain)) ?? null;
}

/** ISO 8601 dates and times; UTC where no zone is named. */
function readTime(text: string | null): Date | null {
	const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)\s*(Z|[+-]\d{2}:?\d{2})?)?$/.exec(
		text?.trim() ?? '',
	);
	if (match === null) return null;
	const [, day, clock = '00:00', zone = 'Z'] = match;
	const time = new Date(`${day}T${clock.replace(/(\.\d{3})\d+$/, '$1')}${zone}`);
	return Number.isNaN(time.getTime()) ? null : time;
}
