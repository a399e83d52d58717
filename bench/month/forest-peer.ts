import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { HEAD_ROWS, type HeadTraining } from '../../src/learn/head/fit-head.ts';
import { joinRisk } from '../../src/learn/head/head-features.ts';
import { pickHeadRows } from '../../src/learn/head/pick-head-rows.ts';
import { type PythonProcess, startPython } from '../python-process.ts';

const TREES = 100;

/** scikit-learn's random forest, fitted anew for each day. */
export interface ForestPeer {
	readonly versions: PythonProcess['versions'];
	/**
	 * Ranks rows by a forest of the labelled rows: all frauds and as many others as our head takes.
	 *
	 * @returns [test rows]; null where one kind of label is missing.
	 */
	rank(
		training: HeadTraining,
		test: { readonly table: FeatureTable; readonly risk: readonly Float64Array[] },
		seed: number,
	): Promise<Float64Array | null>;
	close(): void;
}

/** @throws CounterfoilError INPUT_NOT_FOUND without the Python environment, CHILD_CRASHED */
export async function startForest(): Promise<ForestPeer> {
	const python = await startPython('.venv', 'forest.py', 'Make it with bench/peers/setup.sh.');
	const folder = mkdtempSync(join(tmpdir(), 'counterfoil-forest-'));
	const path = (name: string) => join(folder, name);
	return {
		versions: python.versions,
		async rank(training, test, seed) {
			const { features, risk, known } = training;
			// What nobody has looked at has no label that a forest could learn.
			const picked = pickHeadRows(known, { ...HEAD_ROWS, unknownWeight: 0 }, createRandom(seed, 'forest'));
			if (!picked.labels.includes(1) || !picked.labels.includes(0)) return null;
			const own = risk.map((column) => Float64Array.from(picked.rows, (row) => column[row] as number));
			const train = toMatrix(joinRisk(pickRows(features.table, picked.rows), own), features.specs);
			const judged = toMatrix(joinRisk(test.table, test.risk), features.specs);
			writeFileSync(path('train'), train.values);
			writeFileSync(path('labels'), picked.labels);
			writeFileSync(path('weights'), picked.weights);
			writeFileSync(path('test'), judged.values);
			const job = {
				width: train.width,
				seed,
				trees: TREES,
				train: {
					rows: picked.rows.length,
					matrix: path('train'),
					labels: path('labels'),
					weights: path('weights'),
				},
				test: { rows: test.table.rows, matrix: path('test') },
				scores: path('scores'),
			};
			writeFileSync(path('job.json'), JSON.stringify(job));
			python.tell(path('job.json'));
			await python.next();
			const bytes = readFileSync(path('scores'));
			return new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
		},
		close() {
			python.close();
			rmSync(folder, { recursive: true, force: true });
		},
	};
}

/** Numbers as they are, levels one-hot; the columns after the specs are numbers. */
function toMatrix(table: FeatureTable, specs: readonly FeatureSpec[]) {
	const columns = table.columns.flatMap((column, index): Float64Array[] => {
		if (column.type === 'numeric') return [column.values];
		const spec = specs[index];
		const levels = spec?.type === 'categorical' ? spec.levels.length : 0;
		return Array.from({ length: levels }, (_, level) =>
			Float64Array.from(column.codes, (code) => (code === level ? 1 : 0)),
		);
	});
	const width = columns.length;
	const values = new Float32Array(table.rows * width);
	columns.forEach((column, at) => {
		for (let row = 0; row < table.rows; row++) values[row * width + at] = column[row] as number;
	});
	return { values, width };
}
