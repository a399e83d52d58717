import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Condition } from '../../src/contracts/conditions.ts';
import type { ModelState } from '../../src/contracts/model-state.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { type Cells, cellText, type TableBatch } from '../../src/contracts/table.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { type Backend, loadBackend } from '../../src/gan/backend.ts';
import { completeRows } from '../../src/synthesis/complete-rows.ts';
import { findBroken } from '../../src/synthesis/constraints/find-broken.ts';
import { learnConstraints } from '../../src/synthesis/constraints/learn-constraints.ts';
import { type DrawRequest, drawRows } from '../../src/synthesis/draw-rows.ts';
import { restoreGenerator, startGenerator } from '../../src/synthesis/fit-generator.ts';
import { planBudget } from '../../src/synthesis/plan-budget.ts';
import type { RowSource } from '../../src/synthesis/row-source.ts';
import type { GeneratorKind } from '../../src/synthesis/table-generator.ts';
import { people } from './people.ts';

const { batch, profile, specs, table } = people(1500);
const constraints = learnConstraints(table, specs);
const STEPS = { autoregressive: 120, mlp: 60 } as const;

let backend: Backend;
const sources = new Map<GeneratorKind, RowSource>();

before(async () => {
	backend = await loadBackend();
	for (const kind of ['autoregressive', 'mlp'] as const) {
		const training = startGenerator(backend, table, specs, 1, { kind, steps: STEPS[kind], judgeSteps: 60 });
		const { generator } = await training.finish();
		training.dispose();
		sources.set(kind, { generator, specs, profile, constraints, keys: null });
	}
});

after(() => {
	for (const { generator } of sources.values()) generator.dispose();
});

function source(kind: GeneratorKind): RowSource {
	return sources.get(kind) as RowSource;
}

function draw(kind: GeneratorKind, request: DrawRequest): TableBatch {
	const [first, ...others] = drawRows(source(kind), request, createRandom(3));
	assert.equal(others.length, 0);
	return first as TableBatch;
}

function texts({ names, columns, rows }: TableBatch, name: string): (string | null)[] {
	return Array.from({ length: rows }, (_, row) => cellText(columns[names.indexOf(name)] as Cells, row));
}

for (const kind of ['autoregressive', 'mlp'] as const) {
	describe(`the ${kind} generator`, () => {
		test('draws rows with the columns of the table but the key, and the constant as it is', () => {
			const drawn = draw(kind, { rows: 300 });
			assert.equal(drawn.rows, 300);
			assert.deepEqual(drawn.names, ['age', 'income', 'job', 'retired', 'since', 'country']);
			assert.ok(texts(drawn, 'country').every((text) => text === 'DE'));
			const missing = texts(drawn, 'income').filter((text) => text === null).length;
			assert.ok(missing > 5 && missing < 80);
		});

		test('meets every condition in every row', () => {
			const conditions: Condition[] = [
				{ column: 'age', operator: '>=', values: ['30'] },
				{ column: 'age', operator: '<', values: ['45'] },
				{ column: 'job', operator: 'in', values: ['nurse', 'smith'] },
				{ column: 'since', operator: '>=', values: ['2024-06'] },
				{ column: 'income', operator: 'present', values: [] },
			];
			const drawn = draw(kind, { rows: 60, conditions });
			assert.equal(drawn.rows, 60);
			assert.ok(texts(drawn, 'age').every((text) => Number(text) >= 30 && Number(text) < 45));
			assert.ok(texts(drawn, 'job').every((text) => text === 'nurse' || text === 'smith'));
			assert.ok(texts(drawn, 'since').every((text) => (text ?? '') >= '2024-06'));
			assert.ok(texts(drawn, 'income').every((text) => text !== null));
		});

		test('breaks no constraint of the table, unless it is let go', () => {
			assert.ok(constraints.length > 0);
			const drawn = draw(kind, { rows: 500 });
			assert.deepEqual(
				findBroken(constraints, specs, toFeatures(drawn, specs)).counts,
				constraints.map(() => 0),
			);
			const withoutConstraints = constraints.map(({ id }) => id);
			const free = draw(kind, { rows: 500, withoutConstraints });
			assert.ok(findBroken(constraints, specs, toFeatures(free, specs)).counts.some((count) => count > 0));
			assert.throws(() => draw(kind, { rows: 1, withoutConstraints: ['order:a,b'] }), { code: 'CONDITION_INVALID' });
		});

		test('makes as many rows of each level as of the others', () => {
			const jobs = texts(draw(kind, { rows: 66, balance: 'job' }), 'job');
			const counts = new Map<string | null, number>();
			for (const job of jobs) counts.set(job, (counts.get(job) ?? 0) + 1);
			assert.deepEqual(new Set(counts.values()), new Set([11]));
			assert.equal(counts.size, 6);
			// Mixed, not one level after the other.
			assert.ok(new Set(jobs.slice(0, 11)).size > 2);
		});

		test('comes back from its state and draws the same rows', () => {
			const { generator } = source(kind);
			const back = restoreGenerator(backend, generator.toState());
			const rows = (from: RowSource['generator']) => [
				...drawRows({ ...source(kind), generator: from }, { rows: 40 }, createRandom(5)),
			];
			assert.deepEqual(rows(back), rows(generator));
			back.dispose();
		});

		test('is the same when its training was interrupted and goes on', async () => {
			const begunAt: number[] = [];
			const fit = async (checkpoint: ModelState | null, keep: ModelState[]) => {
				let isFirst = true;
				const training = startGenerator(backend, table, specs, 2, { kind, steps: 50, judgeSteps: 20, checkpoint });
				const { generator } = await training.finish({
					isCheckpointDue: () => true,
					onProgress: ({ done }) => {
						if (isFirst) begunAt.push(done);
						isFirst = false;
					},
					onCheckpoint: (state) => void keep.push(state),
				});
				const rows = generator.sample(50, createRandom(1));
				generator.dispose();
				training.dispose();
				return rows;
			};
			const states: ModelState[] = [];
			const whole = await fit(null, states);
			assert.ok(states.length >= 2);
			const middle = states.at(-2) as ModelState;
			assert.deepEqual(await fit(middle, []), whole);
			assert.deepEqual(begunAt, [0, 25]);
		});
	});
}

describe('the autoregressive generator alone', () => {
	test('keeps to a narrow range of a number with many values', () => {
		const conditions: Condition[] = [
			{ column: 'income', operator: '>', values: ['20000.5'] },
			{ column: 'income', operator: '<=', values: ['20050'] },
		];
		const drawn = draw('autoregressive', { rows: 50, conditions });
		assert.ok(texts(drawn, 'income').every((text) => Number(text) > 20000.5 && Number(text) <= 20050));
	});

	test('draws fewer unlikely combinations at a low temperature, and more at a high one', () => {
		const unlikely = (temperature: number) => {
			const withoutConstraints = constraints.map(({ id }) => id);
			const drawn = draw('autoregressive', { rows: 2000, temperature, withoutConstraints });
			const [job, retired] = [texts(drawn, 'job'), texts(drawn, 'retired')];
			return job.filter((text, row) => (text === 'none') !== (retired[row] === 'yes')).length;
		};
		const [cold, usual, hot] = [unlikely(0.3), unlikely(1), unlikely(3)];
		assert.ok(cold < usual && usual < hot, `${cold} ${usual} ${hot}`);
	});

	test('completes rows: what is there stays as it is written, what is not fits to it', () => {
		const partial: TableBatch = {
			rows: 200,
			names: ['id', 'job', 'age', 'since'],
			columns: [
				{
					type: 'text',
					codes: Int32Array.from({ length: 200 }, (_, row) => row),
					dictionary: Array.from({ length: 200 }, (_, row) => `N${row}`),
				},
				{ type: 'text', codes: new Int32Array(200).map((_, row) => (row % 2 === 0 ? 0 : -1)), dictionary: [' None '] },
				{ type: 'number', values: new Float64Array(200).fill(Number.NaN) },
				{ type: 'text', codes: new Int32Array(200), dictionary: ['2024-02-03 04:05:06'] },
			],
		};
		const jobs: TableBatch = {
			...partial,
			columns: partial.columns.map((cells, at) =>
				at === 1
					? {
							type: 'text',
							codes: new Int32Array(200).map((_, row) => (row % 2 === 0 ? 0 : -1)),
							dictionary: ['nurse'],
						}
					: cells,
			),
		};
		const completed = completeRows(source('autoregressive'), jobs, createRandom(4));
		assert.deepEqual(completed.names, ['age', 'income', 'job', 'retired', 'since', 'country', 'id']);
		assert.deepEqual(texts(completed, 'id').slice(0, 3), ['N0', 'N1', 'N2']);
		assert.ok(texts(completed, 'since').every((text) => text === '2024-02-03 04:05:06'));
		assert.ok(texts(completed, 'age').every((text) => text !== null));
		const [job, retired] = [texts(completed, 'job'), texts(completed, 'retired')];
		const nurses = job.flatMap((text, row) => (row % 2 === 0 ? [[text, retired[row]]] : []));
		assert.ok(nurses.every(([text]) => text === 'nurse'));
		// Hardly a nurse is retired; of all people every sixth is.
		assert.ok(nurses.filter(([, is]) => is === 'yes').length <= 8);
		assert.ok(job.every((text) => text !== null));
	});

	test('refuses to complete by a level or a column that it does not know', () => {
		const partial = (name: string): TableBatch => ({
			rows: 1,
			names: [name],
			columns: [{ type: 'text', codes: new Int32Array(1), dictionary: ['astronaut'] }],
		});
		const complete = (name: string) => completeRows(source('autoregressive'), partial(name), createRandom(1));
		assert.throws(() => complete('job'), { code: 'CONDITION_INVALID', where: 'column "job", row 1' });
		assert.throws(() => complete('jobb'), { code: 'CONDITION_INVALID', hint: /job/ });
	});
});

test('fresh keys go on after those of training, and are refused where there are none to go by', () => {
	const keyed: RowSource = {
		...source('autoregressive'),
		keys: { column: 'id', pattern: { type: 'running', prefix: 'P', suffix: '', digits: 6, next: 1500 }, taken: null },
	};
	const batches = [...drawRows(keyed, { rows: 3, withKeys: true }, createRandom(1))];
	assert.deepEqual(
		batches.flatMap((part) => texts(part, 'id')),
		['P001500', 'P001501', 'P001502'],
	);
	assert.throws(() => draw('autoregressive', { rows: 1, withKeys: true }), { hint: /--key/ });
});

test('the plain generator says what it cannot do', () => {
	assert.throws(() => draw('mlp', { rows: 5, temperature: 0.5 }), { code: 'CONFIG_INVALID' });
	assert.throws(() => completeRows(source('mlp'), batch, createRandom(1)), { code: 'CONFIG_INVALID' });
});

test('a time becomes a number of steps, the more the longer it is, never more than the default', async () => {
	const plan = (seconds: number) => planBudget(backend, table, specs, 1, { kind: 'autoregressive', seconds });
	const [short, long] = [await plan(2), await plan(3600)];
	assert.ok(short.steps <= long.steps && short.steps >= 50);
	assert.equal(long.steps, Math.ceil(7 * Math.sqrt(1500)));
	assert.equal(long.judgeSteps, 300);
});
