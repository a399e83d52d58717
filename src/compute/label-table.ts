import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import { type Cells, cellText } from '../contracts/table.ts';
import { decodeShard, encodeShard } from '../ingest/arrow-shard.ts';
import type { LabelNews } from '../learn/risk-history.ts';

/** What became known of a record, and where the record is. */
export interface PlacedNews extends LabelNews {
	/** Number of its data set among those that have labelled records; -1 where no data set has it. */
	readonly table: number;
	/** From 0. */
	readonly row: number;
}

export interface LabelTable {
	readonly entities: readonly string[];
	/** In order of time. */
	readonly news: readonly PlacedNews[];
}

/** Stores labels as a shard: cells of entities and of keys as texts. */
export function putLabelTable(artifacts: ArtifactStore, { entities, news }: LabelTable): Promise<ArtifactRef> {
	const numbers = (of: (one: PlacedNews) => number): Cells => ({
		type: 'number',
		values: Float64Array.from(news, of),
	});
	const texts = (of: (one: PlacedNews) => string | null): Cells => {
		const places = new Map<string, number>();
		const codes = Int32Array.from(news, (one) => {
			const text = of(one);
			if (text === null) return -1;
			if (!places.has(text)) places.set(text, places.size);
			return places.get(text) as number;
		});
		return { type: 'text', codes, dictionary: [...places.keys()] };
	};
	const columns: Record<string, Cells> = {
		at: numbers(({ atMs }) => atMs),
		fraud: numbers(({ isFraud }) => (isFraud === null ? Number.NaN : Number(isFraud))),
		table: numbers(({ table }) => table),
		row: numbers(({ row }) => row),
		key: texts(({ recordKey }) => recordKey),
	};
	entities.forEach((entity, e) => {
		columns[`entity ${entity}`] = texts(({ values }) => values[e] ?? null);
	});
	const batch = { rows: news.length, names: Object.keys(columns), columns: Object.values(columns) };
	return artifacts.put(encodeShard(batch), { extension: 'arrow' });
}

export async function getLabelTable(artifacts: ArtifactStore, ref: ArtifactRef): Promise<LabelTable> {
	const { rows, names, columns } = decodeShard(await artifacts.get(ref.uri));
	const cellsOf = (name: string) => columns[names.indexOf(name)] as Cells;
	const numbersOf = (name: string) => {
		const cells = cellsOf(name);
		return cells.type === 'number' ? cells.values : new Float64Array(rows);
	};
	const [at, fraud, table, row, key] = [
		numbersOf('at'),
		numbersOf('fraud'),
		numbersOf('table'),
		numbersOf('row'),
		cellsOf('key'),
	];
	const entities = names.filter((name) => name.startsWith('entity ')).map((name) => name.slice('entity '.length));
	const values = entities.map((entity) => cellsOf(`entity ${entity}`));
	return {
		entities,
		news: Array.from({ length: rows }, (_, i): PlacedNews => {
			const isFraud = fraud[i] as number;
			return {
				atMs: at[i] as number,
				recordKey: cellText(key, i) as string,
				isFraud: Number.isNaN(isFraud) ? null : isFraud === 1,
				values: values.map((cells) => cellText(cells, i)),
				table: table[i] as number,
				row: row[i] as number,
			};
		}),
	};
}
