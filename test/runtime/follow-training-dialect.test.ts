import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DialectConfig } from '../../src/contracts/run-config.ts';
import { followTrainingDialect } from '../../src/runtime/follow-training-dialect.ts';

const NOTHING: DialectConfig = { delimiter: null, quote: null, header: null, encoding: null };

test('new data is read as the table of the model was told to be read, and what is told now wins', () => {
	const told = { ...NOTHING, delimiter: ';', nulls: ['k.A.'], nullWords: false, decimal: ',' } as const;
	const trained = { told, reading: undefined };
	assert.deepEqual(followTrainingDialect(NOTHING, trained), told);
	assert.deepEqual(followTrainingDialect({ ...NOTHING, delimiter: '|', nulls: ['x'] }, trained), {
		...told,
		delimiter: '|',
		nulls: ['x'],
	});
	assert.deepEqual(followTrainingDialect(NOTHING, { told: undefined, reading: undefined }), NOTHING);
});

test('how numbers were found to be written decides only where the new table does not tell', () => {
	const numbers = [{ column: 'x', decimal: ',', thousands: null, isAmbiguous: false }] as const;
	const dates = [{ column: 'd', format: 'D.M.YY' }];
	const reading = { numbers, dates, nulls: ['k.A.'] };
	assert.deepEqual(followTrainingDialect(NOTHING, { told: NOTHING, reading }), {
		...NOTHING,
		usualNumbers: numbers,
		usualDates: dates,
	});
});

test('columns that the table of the model was given other names for are renamed where they are there', () => {
	const rename = [
		{ column: 'amt', name: 'amount' },
		{ column: 'cc', name: 'country' },
	];
	const trained = { told: { ...NOTHING, rename }, reading: undefined };
	const [amount, country] = rename.map((one) => ({ ...one, ifThere: true as const }));
	assert.deepEqual(followTrainingDialect(NOTHING, trained).rename, [amount, country]);
	const told = { ...NOTHING, rename: [{ column: 'betrag', name: 'amount' }] };
	assert.deepEqual(followTrainingDialect(told, trained).rename, [country, ...told.rename]);
});
