import { getJson } from '../../artifacts/stored-json.ts';
import type { FeatureDomain } from '../../contracts/conditions.ts';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../contracts/features.ts';
import type { TableManifest } from '../../contracts/manifest.ts';
import { createRandom } from '../../contracts/random.ts';
import type { AdviseAugmentationInput, AdviseAugmentationOutput } from '../../contracts/task-inputs.ts';
import { pickRows } from '../../features/pick-rows.ts';
import { loadBackend } from '../../gan/backend.ts';
import { type AdviseInput, adviseAugmentation } from '../../learn/advise-augmentation.ts';
import { parseAugmentationTarget } from '../../learn/augmentation-target.ts';
import { classKeys, findRareClass } from '../../learn/rare-class.ts';
import { startGenerator } from '../../synthesis/fit-generator.ts';
import { loadFeatures } from '../load-features.ts';
import { loadRowRules } from '../row-source.ts';
import { isSampled } from '../row-split.ts';
import { reportProgress, type TaskEnvironment } from '../task-environment.ts';

/** In the count of progress. */
const WHOLE = 1000;

/**
 * Whether synthetic rows of a rare class help a supervised model: trains generators of the model's kind on folds of
 * the table that the model was trained on, its held-out rows included, for no fold's generator sees the fold's test
 * rows.
 */
export async function adviseAugmentationTask(
	input: AdviseAugmentationInput,
	environment: TaskEnvironment,
): Promise<AdviseAugmentationOutput> {
	const { artifacts } = environment;
	const { seed, folds, repeats, trainingRows } = input;
	const target = parseAugmentationTarget(input.target);
	const { specs } = await loadRowRules(artifacts, input.generator.uri);
	const manifest = await getJson<TableManifest>(artifacts, input.manifest);
	const sample = await loadFeatures(artifacts, manifest, specs, (row) =>
		isSampled(row, seed, manifest.rows, input.maxRows),
	);
	const rare = findRareClass(sample, specs, input.label, input.value);
	const table = pickRows(sample, rare.rows);
	const backend = await loadBackend({ backend: environment.backend });
	const keys = classKeys(table, rare.feature).filter((key) => !Number.isNaN(key));
	const others = [...new Set(keys)].filter((key) => key !== rare.key);
	const domainsOf = [others, [rare.key]].map((values) =>
		specs.map((spec, feature) => (feature === rare.feature ? onlyValues(spec, values) : null)),
	);
	const { kind, steps } = input.training;

	const fitGenerator: AdviseInput['fitGenerator'] = async (rows, random, report) => {
		const training = startGenerator(backend, pickRows(table, rows), specs, random.integer(2 ** 31), {
			kind,
			...(steps === null ? {} : { steps }),
		});
		try {
			const { generator } = await training.finish({ onProgress: ({ done, total }) => report(done / total) });
			return {
				sample: (count, draws, label) => {
					const domains = domainsOf[label] ?? [];
					return withoutFeature(generator.sample(count, draws, { domains }), rare.feature);
				},
				dispose: () => generator.dispose(),
			};
		} finally {
			training.dispose();
		}
	};
	const advice = await adviseAugmentation(
		{
			table: withoutFeature(table, rare.feature),
			specs: specs.toSpliced(rare.feature, 1),
			labels: rare.labels,
			target,
			fitGenerator,
		},
		{
			random: createRandom(seed, 'augmentation advice'),
			folds,
			repeats,
			trainingRows,
			onProgress: (done) => reportProgress(environment, 'training', Math.round(done * WHOLE), WHOLE),
		},
	);
	return { label: input.label, value: rare.value, advice: JSON.stringify(advice) };
}

/** @param keys level codes, or numbers */
function onlyValues({ type }: FeatureSpec, keys: readonly number[]): FeatureDomain {
	if (type === 'categorical') return { type, codes: keys, missing: false };
	return { type, ranges: keys.map((key) => ({ from: key, to: key })), missing: false };
}

function withoutFeature({ rows, columns }: FeatureTable, feature: number): FeatureTable {
	return { rows, columns: columns.filter((_: FeatureColumn, i) => i !== feature) };
}
