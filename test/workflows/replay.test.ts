import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
	bundleWorkflowCode,
	DefaultLogger,
	Runtime,
	Worker,
	type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import { type History, historyFromText } from './stored-history.ts';
import { WORKFLOWS } from './stub-worker.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/histories', import.meta.url));

/** Recorded by `record-histories.ts`. */
describe('the workflows take up what earlier ones of the same code began', () => {
	const stored = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.json'));
	const read = (path: string) => historyFromText(readFileSync(`${FOLDER}/${path}`, 'utf8'));
	let workflowBundle: WorkflowBundleWithSourceMap;

	before(async () => {
		Runtime.install({ logger: new DefaultLogger('ERROR') });
		workflowBundle = await bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('WARN') });
	});
	const replay = (path: string, history: History) =>
		Worker.runReplayHistory({ workflowBundle }, history, path.replace(/^.*\/|\.json$/g, ''));

	test('every kind of run is among the histories', () => {
		const kinds = [
			'pipeline',
			'ingest',
			'train',
			'score',
			'score-carried',
			'augment',
			'retrain',
			'monitor',
			'paused',
			'failed',
			'scheduled',
		];
		for (const kind of kinds)
			assert.ok(
				stored.some((path) => path.endsWith(`/${kind}.json`)),
				kind,
			);
	});

	for (const path of stored) {
		test(`${path} is replayed`, () => replay(path, read(path)));
	}

	test('a history with another step in it, or with steps in another order, is refused', async () => {
		const path = stored.find((each) => each.endsWith('/pipeline.json')) as string;
		const types = (history: History) =>
			history.events.flatMap((event) => event.activityTaskScheduledEventAttributes?.activityType ?? []);
		const renamed = read(path);
		const [first] = types(renamed).filter(({ name }) => name === 'profile');
		assert.ok(first !== undefined);
		first.name = 'profileTable';
		await assert.rejects(replay(path, renamed), /[Nn]ondeterminism/);

		const swapped = read(path);
		const [early, late] = types(swapped).filter(({ name }) => name === 'fitFeatures' || name === 'evaluate');
		assert.ok(early !== undefined && late !== undefined);
		[early.name, late.name] = [late.name, early.name];
		await assert.rejects(replay(path, swapped), /[Nn]ondeterminism/);
	});
});
