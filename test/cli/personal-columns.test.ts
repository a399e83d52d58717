import assert from 'node:assert/strict';
import { test } from 'node:test';
import { maskComparison } from '../../src/cli/personal-columns.ts';

test('new values of columns that look like personal data are not told, those of others are', () => {
	const difference = (column: string) =>
		({ type: 'levels', column, message: 'New values.', now: 'secret', policy: 'evolve', effect: 'note' }) as const;
	const comparison = {
		against: 'data set t',
		differences: [difference('surname'), difference('city')],
		rowsDiscarded: 0,
		valuesDiscarded: 0,
		isQuarantined: false,
	};
	const alert = { kind: 'personal-data', column: 'surname', level: 'note', message: '', remedy: null } as const;
	const masked = maskComparison(comparison, [alert, { ...alert, kind: 'zeros', column: 'city' }]);
	assert.deepEqual(
		masked?.differences.map(({ column, now }) => [column, now]),
		[
			['surname', undefined],
			['city', 'secret'],
		],
	);
});
