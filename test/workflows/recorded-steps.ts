import { DEFAULT_CONFIG, type RunRequest } from '../../src/contracts/run-config.ts';
import { NO_POLICIES } from '../../src/contracts/schema-contract.ts';
import type { Activities } from '../../workflows/step-input.ts';

/** Shards of every table here. */
const SHARDS = 2;
export const REF = { uri: 'artifact:x', sha256: 'x', bytes: 1 };

/** Steps that do nothing but note that they were called and with what. */
export function recorded(outputs: Record<string, object | (() => object)> = {}, shards = SHARDS) {
	const calls: string[] = [];
	const inputs = new Map<string, Record<string, unknown>>();
	const ref = REF;
	const known: Record<string, object | (() => object)> = {
		ingest: { manifest: ref, shards, rowsLoaded: 10, rowsRejected: 2 },
		findContract: { known: null, policies: NO_POLICIES },
		checkSchema: {
			manifest: ref,
			shards,
			rowsLoaded: 9,
			rowsRejected: 3,
			comparison: ref,
			isQuarantined: false,
		},
		profile: { profile: ref, contract: ref, alerts: ref },
		registerDataset: { datasetId: 'ds' },
		loadDataset: {
			datasetId: 'ds',
			manifest: ref,
			profile: ref,
			contract: ref,
			shards,
			rows: 10,
			rowsRejected: 2,
		},
		fitFeatures: { features: ref, generated: { ...ref, uri: 'artifact:generated' } },
		planTraining: { steps: 12, judgeSteps: 3 },
		registerModel: { modelId: 'm' },
		loadModel: {
			modelId: 'm',
			known: { contract: ref, against: 'model m@1' },
			profile: ref,
			features: ref,
			generator: ref,
			scorer: ref,
			history: null,
			training: { manifest: ref, seed: 1 },
			isReleased: false,
		},
		addHistory: { fitted: ref, rows: ref, continued: true },
		decideAlerts: { rule: ref, scores: ref, surprise: 1, alerts: 3 },
		keepRows: { kept: ref },
		trainMembers: { members: ref },
		generate: { table: ref, shards, rows: 10 },
		judgeRelease: { verdict: 'release', reasons: [], override: null },
		registerSynthetic: { syntheticTableId: 's' },
		evaluate: { evaluation: ref },
		gatherLabels: {
			news: ref,
			entities: [],
			time: null,
			tables: ref,
			labels: 40,
			frauds: 9,
			newLabels: 40,
			asOf: '2026-01-02T00:00:00.000Z',
			learntUntil: null,
		},
		trainHead: { head: ref, comparison: ref, isBetter: true },
		registerHead: { modelId: 'm-2', version: 2, isPromoted: true },
		measureDrift: { drift: ref, isDrifted: true, columns: ['amount'] },
		sendAlert: { status: 200 },
		writeReport: { path: '/reports/r.html' },
		...outputs,
	};
	const activities = new Proxy({} as Activities, {
		get: (_, name: string) => async (input: Record<string, unknown>) => {
			calls.push('shard' in input ? `${name}/${input.shard}` : name);
			inputs.set(name, input);
			await Promise.resolve();
			const output = known[name] ?? {};
			return typeof output === 'function' ? output() : output;
		},
	});
	return { activities, calls, inputs };
}

export const request: RunRequest = {
	runId: 'r',
	kind: 'pipeline',
	runKey: 'k',
	seed: 1,
	config: DEFAULT_CONFIG,
	source: '/table.csv',
	datasetName: null,
	datasetId: null,
	modelId: null,
	augment: null,
};
