import { DECLARED_KINDS } from '../contracts/schema-contract.ts';
import { quoteYaml } from './quote-yaml.ts';
import type { Terminal } from './terminal.ts';

/** A column as a schema file may have it. */
export interface SchemaFileColumn {
	readonly name: string;
	readonly kind: string;
	/** 0 to 1. */
	readonly missingShare: number;
	/** All values that it has; null where they are many, not known or not to be shown. */
	readonly levels: readonly string[] | null;
	/** Null where it has no numbers, or they are not to be shown. */
	readonly range: { readonly min: number; readonly max: number } | null;
}

/** More levels are not worth naming one by one. */
export const SHOWN_LEVELS = 20;

/**
 * Prints a schema file to begin from: kinds, and which columns have no missing cell. What else the columns hold is
 * there as comments, since a file with another value would be refused.
 */
export function printSchemaFile(columns: readonly SchemaFileColumn[], terminal: Terminal): void {
	if (terminal.json) {
		const entries = columns.map((column) => [column.name, describe(column)]);
		terminal.outJson({ policy: 'freeze', columns: Object.fromEntries(entries) });
		return;
	}
	terminal.out('# What tables are to be: counterfoil ingest FILE --schema-file THIS_FILE');
	terminal.out('policy: freeze # or evolve, discard-row, discard-value, quarantine; also for single columns');
	terminal.out('columns:');
	for (const column of columns) {
		const { kind, required } = describe(column);
		const levels = column.levels === null ? '' : ` # levels: [${column.levels.map(quoteYaml).join(', ')}]`;
		const range = column.range === null ? '' : ` # min: ${column.range.min}, max: ${column.range.max}`;
		const facts = `kind: ${kind}${required === true ? ', required: true' : ''}`;
		terminal.out(`  ${quoteYaml(column.name)}: { ${facts} }${levels}${range}`);
	}
}

function describe({ kind, missingShare }: SchemaFileColumn): { kind: string; required?: true } {
	// A column of one value may have more another day.
	const known = DECLARED_KINDS.find((one) => one === kind) ?? 'categorical';
	return { kind: known, ...(missingShare === 0 ? { required: true } : {}) };
}
