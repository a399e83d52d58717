import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { findPositive } from '../../src/compute/read-labels.ts';
import type { Inspection } from '../../src/contracts/inspection.ts';
import type { ColumnProfile } from '../../src/contracts/profile.ts';
import { runInProcess } from '../cli/run-in-process.ts';
import { temporaryFolder } from '../store/on-both-stores.ts';

function label(...levels: readonly string[]): ColumnProfile {
	return {
		kind: 'categorical',
		levels: levels.map((level, i) => ({ level, count: 9 - i })),
	} as unknown as ColumnProfile;
}

test('the anomaly is the value that was named, else one that says yes, else the rarer of two', () => {
	assert.equal(findPositive(label('none', 'testing', 'takeover'), 'takeover'), 'takeover');
	assert.equal(findPositive(label('none', 'unknown', 'Fraud'), null), 'Fraud');
	assert.equal(findPositive(label('good', 'bad'), null), 'bad');
	assert.equal(findPositive(label('none', 'testing', 'takeover'), null), null);
});

test('a label of which no value is known to be the anomaly is an alert that says what to name', async (t) => {
	const file = join(temporaryFolder(t), 'payments.csv');
	const kinds = ['none', 'testing', 'takeover'];
	const rows = Array.from({ length: 60 }, (_, i) => `${i * 7},${i % 20 === 0 ? kinds[1 + (i % 40) / 20] : kinds[0]}`);
	writeFileSync(file, `amount,kind\n${rows.join('\n')}\n`);
	const unread = async (...flags: readonly string[]) => {
		const { code, stdout, stderr } = await runInProcess(['inspect', file, '--json', '-q', ...flags]);
		assert.equal(code, 0, stderr);
		return (JSON.parse(stdout) as Inspection).alerts.filter(({ kind }) => kind === 'label-unread');
	};
	const [alert, ...others] = await unread('--label', 'kind');
	assert.deepEqual([alert?.column, alert?.level, others], ['kind', 'warning', []]);
	assert.match(alert?.message ?? '', /^None of its 3 values says which records are the anomalies/);
	assert.match(alert?.remedy ?? '', /^--label-positive VALUE .* --label kind /);
	assert.ok(!kinds.slice(1).some((value) => JSON.stringify(alert).includes(value)));
	assert.deepEqual(await unread('--label', 'kind', '--label-positive', 'takeover'), []);
	assert.deepEqual(await unread(), []);
});
