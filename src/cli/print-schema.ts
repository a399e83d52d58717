import { CounterfoilError } from '../contracts/errors.ts';
import type { DecidedDifference, SchemaComparison, SchemaEffect } from '../contracts/schema-contract.ts';
import { listMessages } from '../features/decide-schema.ts';
import type { RunResult } from './collect-result.ts';
import { escapeControls } from './escape-controls.ts';
import { ExitWith } from './exit-with.ts';
import { formatQuantity } from './format-values.ts';
import type { Terminal } from './terminal.ts';

const EFFECT_WORDS: Readonly<Record<SchemaEffect, string>> = {
	note: '',
	refuse: 'refused',
	quarantine: 'held back',
	'discard-row': 'rows left out',
	'discard-value': 'values left out',
};
/** More are in the database, and in `--json`. */
const SHOWN = 12;

/** Prints how a table differs from what was known, if it does, and what was done about it. */
export function printSchema(comparison: SchemaComparison | null, terminal: Terminal): void {
	if (comparison === null || comparison.differences.length === 0) return;
	const { against, differences, rowsDiscarded, valuesDiscarded } = comparison;
	terminal.out(`\n${terminal.paint('bold', 'Not as before')}  compared with ${escapeControls(against)}`);
	for (const difference of differences.slice(0, SHOWN)) terminal.out(`  ${describe(difference)}`);
	if (differences.length > SHOWN) terminal.out(`  and ${differences.length - SHOWN} more: --json has them all`);
	const left = [
		...(rowsDiscarded > 0 ? [formatQuantity(rowsDiscarded, 'row')] : []),
		...(valuesDiscarded > 0 ? [formatQuantity(valuesDiscarded, 'value')] : []),
	];
	if (left.length > 0) terminal.out(`  left out by policy: ${left.join(', ')}`);
}

function describe({ message, before, now, effect, policy }: DecidedDifference): string {
	const values = [before === undefined ? '' : `before ${before}`, now === undefined ? '' : `now ${now}`];
	const shown = values.filter((text) => text !== '').join(', ');
	const done = EFFECT_WORDS[effect];
	const parts = [message, shown === '' ? '' : `(${shown})`, done === '' ? '' : `[${policy}: ${done}]`];
	return escapeControls(parts.filter((text) => text !== '').join(' '));
}

/** Ends the program with the code of a gate that failed, where a file was held back. @throws ExitWith */
export function requireLoaded({ runId, datasetId, isQuarantined, comparison }: RunResult): void {
	if (!isQuarantined) return;
	const reasons = (comparison?.differences ?? []).filter(({ effect }) => effect === 'quarantine');
	const failure = new CounterfoilError(
		'SCHEMA_QUARANTINED',
		`nothing of the file was loaded: it is quarantined. ${listMessages(reasons)}`,
		{
			where: `data set ${datasetId}`,
			hint: 'mend the file, or let it in as it is with --schema-policy evolve',
		},
	);
	throw new ExitWith(failure.exitCode, failure, { runId });
}
