import type { TableProfile } from '../contracts/profile.ts';
import { isReleased } from '../store/released-rows.ts';
import { listTopScores } from '../store/scores.ts';
import type { Store } from '../store/store.ts';
import { listSyntheticRows } from '../store/synthetic-tables.ts';
import { mapColumns, mapRange, type ScoreSurface } from './map-columns.ts';
import type { MapReport } from './report-data.ts';

/** Points of each kind: more would be one over the other. */
const MOST_POINTS = 900;
/** The highest records are drawn whatever the others are. */
const HIGHEST = 100;

/** Points of a map, where what was learnt from is two columns of numbers; else undefined. */
export async function collectMap(
	store: Store,
	runId: string,
	profile: TableProfile,
	surface: ScoreSurface | null,
	alertSurprise: number | null,
): Promise<MapReport | undefined> {
	const drawn = mapColumns(profile);
	if (drawn === null) return undefined;
	const [first, second] = drawn;
	const columns = [first.name, second.name] as const;
	const stride = Math.max(1, Math.ceil(profile.rows / MOST_POINTS));
	const places = Array.from({ length: Math.min(MOST_POINTS, profile.rows) }, (_, i) => 1 + i * stride);
	const spread = await store.reader
		.selectFrom('scores')
		.innerJoin('records', (join) =>
			join.onRef('records.dataset_id', '=', 'scores.dataset_id').onRef('records.row_number', '=', 'scores.row_number'),
		)
		.select(['scores.row_number', 'surprise', 'data_json'])
		.where('run_id', '=', runId)
		.where('scores.row_number', 'in', places)
		.execute();
	const top = await listTopScores(store, runId, { limit: HIGHEST });
	const scored = new Map([...spread, ...top].map((row) => [row.row_number, row]));
	const table = await store.reader
		.selectFrom('synthetic_tables')
		.select(['synthetic_table_id', 'release_json'])
		.where('run_id', '=', runId)
		.executeTakeFirst();
	const synthetic =
		table === undefined || !isReleased(table)
			? []
			: await listSyntheticRows(store, table.synthetic_table_id, { limit: MOST_POINTS });
	const real = [...scored.values()].flatMap(({ data_json: json, surprise }) =>
		pointOf(json, columns).map(([x, y]): [number, number, number] => [x, y, surprise]),
	);
	if (real.length === 0) return undefined;
	return {
		columns,
		ranges: [mapRange(first), mapRange(second)],
		real,
		...(surface === null ? {} : { surface }),
		synthetic: synthetic.flatMap(({ data_json: json }) => pointOf(json, columns)),
		alertSurprise,
	};
}

/** One point; none where a cell is empty. A map, since a column may be called `__proto__`. */
function pointOf(json: string, [first, second]: readonly [string, string]): [number, number][] {
	const cells = new Map(Object.entries(JSON.parse(json) as Record<string, unknown>));
	const [x, y] = [cells.get(first) ?? null, cells.get(second) ?? null];
	if (x === null || y === null) return [];
	const point: [number, number] = [Number(x), Number(y)];
	return point.every(Number.isFinite) ? [point] : [];
}
