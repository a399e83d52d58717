import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Condition } from '../../src/contracts/conditions.ts';
import { cellText } from '../../src/contracts/table.ts';
import { resolveConditions } from '../../src/synthesis/resolve-conditions.ts';
import { people } from './people.ts';

const { batch, profile, specs } = people(1000);

function where(column: string, operator: Condition['operator'], ...values: string[]): Condition {
	return { column, operator, values };
}

/** Texts of the rows of training that meet conditions. */
function textsThatMeet(column: string, conditions: readonly Condition[]): (string | null)[] {
	const meets = resolveConditions(conditions, profile, specs).check(batch);
	const cells = batch.columns[batch.names.indexOf(column)];
	assert.ok(cells !== undefined);
	return [...meets.keys()].filter((row) => meets[row] === 1).map((row) => cellText(cells, row));
}

function domainOf(column: string, conditions: readonly Condition[]) {
	return resolveConditions(conditions, profile, specs).domains[specs.findIndex((spec) => spec.column === column)];
}

describe('conditions on numbers', () => {
	test('bounds belong to their range, or do not, as they are written', () => {
		assert.deepEqual(domainOf('age', [where('age', '>', '30'), where('age', '<=', '40')]), {
			type: 'numeric',
			ranges: [{ from: 31, to: 40 }],
			missing: false,
		});
		assert.deepEqual(domainOf('age', [where('age', '>=', '30.5'), where('age', '<', '33')]), {
			type: 'numeric',
			ranges: [{ from: 31, to: 32 }],
			missing: false,
		});
		const ages = textsThatMeet('age', [where('age', '>', '30'), where('age', '<=', '40')]).map(Number);
		assert.ok(ages.length > 50 && ages.every((age) => age > 30 && age <= 40));
		assert.ok(ages.includes(40) && ages.includes(31));
	});

	test('sets and exceptions are ranges, too', () => {
		assert.deepEqual(new Set(textsThatMeet('age', [where('age', 'in', '20', '40')])), new Set(['20', '40']));
		const others = textsThatMeet('age', [where('age', '!=', '20')]);
		assert.ok(!others.includes('20') && others.includes('19') && others.includes('21'));
	});

	test('missing cells are met only where they are asked for', () => {
		assert.ok(textsThatMeet('income', [where('income', 'missing')]).every((text) => text === null));
		assert.ok(textsThatMeet('income', [where('income', 'present')]).every((text) => text !== null));
		assert.ok(textsThatMeet('income', [where('income', '!=', '1')]).every((text) => text !== null));
	});

	test('what no row can meet is refused', () => {
		for (const conditions of [
			[where('age', '>', '30'), where('age', '<', '20')],
			[where('age', '=', '30.5')],
			[where('age', '>', '1000')],
			[where('age', '>', 'old')],
			[where('age', 'missing')],
			[where('income', 'missing'), where('income', '>', '3')],
		]) {
			assert.throws(() => resolveConditions(conditions, profile, specs), {
				code: 'CONDITION_INVALID',
				where: /column/,
			});
		}
	});
});

describe('conditions on levels', () => {
	test('one, a set and all but one are met', () => {
		assert.deepEqual(new Set(textsThatMeet('job', [where('job', '=', 'nurse')])), new Set(['nurse']));
		assert.deepEqual(
			new Set(textsThatMeet('job', [where('job', 'in', 'nurse', 'smith')])),
			new Set(['nurse', 'smith']),
		);
		assert.ok(!textsThatMeet('job', [where('job', '!=', 'nurse')]).includes('nurse'));
	});

	test('an unknown level or column is refused with the nearest name', () => {
		assert.throws(() => resolveConditions([where('job', '=', 'nurze')], profile, specs), { hint: /nurse/ });
		assert.throws(() => resolveConditions([where('jop', '=', 'nurse')], profile, specs), { hint: /job/ });
		assert.throws(() => resolveConditions([where('job', '>', 'nurse')], profile, specs), { code: 'CONDITION_INVALID' });
		assert.throws(() => resolveConditions([where('id', '=', 'P1')], profile, specs), { message: /key/ });
	});

	test('a constant can be asked for, as long as it is that', () => {
		assert.equal(textsThatMeet('country', [where('country', '=', 'DE')]).length, 1000);
		assert.throws(() => resolveConditions([where('country', '=', 'FR')], profile, specs), {
			code: 'CONDITION_INVALID',
		});
	});
});

describe('conditions on dates', () => {
	test('a day, a month and a year stand for all of their times', () => {
		const march = textsThatMeet('since', [where('since', '=', '2024-03')]);
		assert.ok(march.length > 20 && march.every((text) => text?.startsWith('2024-03')));
		const day = textsThatMeet('since', [where('since', '=', '2024-03-05')]);
		assert.ok(day.every((text) => text?.startsWith('2024-03-05')));
		const later = textsThatMeet('since', [where('since', '>', '2024')]);
		assert.ok(later.length > 10 && later.every((text) => text?.startsWith('2025')));
	});

	test('a time bounds to the second, and the weekday goes with the day', () => {
		const early = textsThatMeet('since', [where('since', '<', '2024-02-01 12:00:00')]);
		assert.ok(early.length > 0 && early.every((text) => (text ?? '') < '2024-02-01 12:00:00'));
		const { domains } = resolveConditions([where('since', '=', '2024-03-05')], profile, specs);
		const weekday = domains[specs.findIndex(({ part }) => part === 'weekday')];
		assert.deepEqual(weekday?.type === 'categorical' ? weekday.codes : null, [1]);
	});

	test('what is no date, or lies outside of training, is refused', () => {
		for (const value of ['soon', '2024-02-31', '1999']) {
			assert.throws(() => resolveConditions([where('since', '=', value)], profile, specs), {
				code: 'CONDITION_INVALID',
			});
		}
	});
});
