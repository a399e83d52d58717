import { getJson } from '../artifacts/stored-json.ts';
import type { FeatureSpec } from '../contracts/features.ts';
import type { ModelParts } from '../contracts/pipeline.ts';
import type { TableProfile } from '../contracts/profile.ts';
import { toFeatures } from '../features/to-features.ts';
import { loadBackend } from '../gan/backend.ts';
import { type MapRange, mapColumns, mapRange, type ScoreSurface } from '../report/map-columns.ts';
import { restoreScoringModel, scoreWithModel } from '../scoring/scoring-model.ts';
import { getModel } from './stored-model.ts';
import type { TaskEnvironment } from './task-environment.ts';

/** Points to a side: as fine as the map is drawn, and one batch of scores. */
const SIDE = 64;

/**
 * What the score says of new records everywhere between the smallest and the largest values of two columns; null where
 * it looks at anything else than two columns of numbers.
 */
export async function scoreSurface(
	model: ModelParts,
	profile: TableProfile,
	{ artifacts, backend }: TaskEnvironment,
): Promise<ScoreSurface | null> {
	const columns = mapColumns(profile);
	if (columns === null || model.history !== null) return null;
	const specs = await getJson<FeatureSpec[]>(artifacts, model.features);
	const names = columns.map(({ name }) => name);
	if (specs.some(({ type, part, column }) => type !== 'numeric' || part !== 'value' || !names.includes(column))) {
		return null;
	}
	const [x, y] = columns.map(mapRange) as [MapRange, MapRange];
	const scorer = restoreScoringModel(await loadBackend({ backend }), await getModel(artifacts, model.scorer));
	const across = Float64Array.from({ length: SIDE * SIDE }, (_, point) => placeIn(x, point % SIDE));
	const up = Float64Array.from({ length: SIDE * SIDE }, (_, point) => placeIn(y, Math.floor(point / SIDE)));
	const points = {
		rows: SIDE * SIDE,
		names,
		columns: [across, up].map((values) => ({ type: 'number' as const, values })),
	};
	const { surprise } = scoreWithModel(scorer, toFeatures(points, specs));
	return { side: SIDE, x, y, surprise: Array.from(surprise) };
}

function placeIn([least, most]: MapRange, step: number): number {
	return least + ((most - least) * step) / (SIDE - 1);
}
