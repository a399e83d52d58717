import { createHash } from 'node:crypto';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ColumnKind, ColumnProfile, TableProfile } from '../contracts/profile.ts';
import { evidenceOf } from './column-tally.ts';
import { EPOCH_MILLISECONDS, EPOCH_SECONDS } from './date-format.ts';
import type { PartialProfile } from './profile-batch.ts';

export interface SchemaDifference {
	readonly type: 'missing' | 'new' | 'reordered' | 'retyped';
	readonly column: string;
	/** One sentence for the user. */
	readonly message: string;
}

/** More unreadable cells than this share: the column is not what the model was trained on. */
const MAX_UNREADABLE = 0.05;

/** SHA-256 (hex) of names and kinds in order. */
export function fingerprintOf(columns: readonly { readonly name: string; readonly kind: ColumnKind }[]): string {
	const identity = JSON.stringify(columns.map(({ name, kind }) => [name, kind]));
	return createHash('sha256').update(identity).digest('hex');
}

/**
 * What tells new data from the data that a model was trained on. Label and ignored columns may be absent.
 *
 * @param fresh statistics of the new data, or its column names alone; only with statistics can it be told whether
 *   the cells still read as the model's kinds.
 */
export function compareSchema(model: TableProfile, fresh: PartialProfile | readonly string[]): SchemaDifference[] {
	const tallies = 'columns' in fresh ? fresh.columns : [];
	const names = 'columns' in fresh ? fresh.columns.map((column) => column.name) : fresh;
	const given = new Set(names);
	const known = new Set(model.columns.map((column) => column.name));
	const differences: SchemaDifference[] = [];
	for (const { name: column, role, kind } of model.columns) {
		if (given.has(column) || role === 'label' || role === 'ignored') continue;
		differences.push({ type: 'missing', column, message: `Column "${column}" (${kind}) is missing.` });
	}
	for (const column of names) {
		if (known.has(column)) continue;
		differences.push({ type: 'new', column, message: `Column "${column}" was not there when the model was trained.` });
	}
	const expected = model.columns.map((column) => column.name).filter((name) => given.has(name));
	const found = names.filter((name) => known.has(name));
	for (let i = 0; i < expected.length; i++) {
		if (expected[i] === found[i]) continue;
		const column = found[i] as string;
		const message = `Column "${column}" stands where "${expected[i]}" stood; columns are matched by name.`;
		differences.push({ type: 'reordered', column, message });
	}
	for (const column of model.columns) {
		const tally = tallies.find(({ name }) => name === column.name);
		if (tally === undefined || column.role !== 'feature') continue;
		const evidence = evidenceOf(tally);
		const unreadable = evidence.present - readableCells(column, evidence);
		if (unreadable <= MAX_UNREADABLE * evidence.present) continue;
		const share = ((unreadable / evidence.present) * 100).toFixed(0);
		const message = `Column "${column.name}" is ${column.kind} to the model, but ${share} % of its values cannot be read so.`;
		differences.push({ type: 'retyped', column: column.name, message });
	}
	return differences;
}

function readableCells(column: ColumnProfile, evidence: ReturnType<typeof evidenceOf>): number {
	const numbers = evidence.numbers.count + evidence.infinite;
	switch (column.kind) {
		case 'numeric':
		case 'integer':
			return numbers;
		case 'datetime': {
			if (column.dateFormat === EPOCH_SECONDS || column.dateFormat === EPOCH_MILLISECONDS) return numbers;
			const format = column.dateFormat ?? '';
			const order = (format.split(/[ T]/)[0] ?? '').replace(/M+/, 'MM').replace(/D+/, 'DD');
			return evidence.dates.find((dates) => dates.order === order)?.instants.count ?? 0;
		}
		default:
			return evidence.present;
	}
}

/**
 * Refuses data with missing, new or retyped columns; columns in another order are matched by name.
 *
 * @throws SCHEMA_MISMATCH
 */
export function requireSameSchema(model: TableProfile, fresh: PartialProfile | readonly string[]): void {
	const refused = compareSchema(model, fresh).filter((difference) => difference.type !== 'reordered');
	if (refused.length === 0) return;
	const shown = refused.slice(0, 20).map((difference) => difference.message);
	if (refused.length > shown.length) shown.push(`And ${refused.length - shown.length} more.`);
	throw new CounterfoilError('SCHEMA_MISMATCH', `The columns differ from those of the model. ${shown.join(' ')}`, {
		hint: 'Rename, add or drop columns to match, or train a new model on this table.',
	});
}
