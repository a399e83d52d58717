import assert from 'node:assert/strict';
import type { FeatureColumn, FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';
import { type CellInput, tableOf } from '../features/table-of.ts';

export interface Fitted {
	readonly specs: readonly FeatureSpec[];
	readonly features: FeatureTable;
	readonly batch: TableBatch;
}

export function fitted(columns: Record<string, readonly CellInput[]>): Fitted {
	const batch = tableOf(columns);
	const profile = finishProfile(profileBatch(batch));
	const specs = fitFeatures(profile, [batch]);
	return { specs, features: toFeatures(batch, specs), batch };
}

const two = (value: number) => String(value).padStart(2, '0');

/** Orders of a shop with a rule of nearly every kind between its columns. */
export function ordersTable(rows: number, seed: number): Record<string, CellInput[]> {
	const random = createRandom(seed, 'orders');
	const cities = ['Bern', 'Uri', 'Zug', 'Chur', 'Genf', 'Biel'];
	const columns: Record<string, CellInput[]> = {};
	const put = (name: string, cell: CellInput) => {
		columns[name] ??= [];
		columns[name].push(cell);
	};
	for (let row = 0; row < rows; row++) {
		const postcode = Math.floor(30 * random.uniform() ** 2);
		put('postcode', `CH-${3000 + 7 * postcode}`);
		put('city', cities[postcode % cities.length] as string);
		const placed = Date.UTC(2024, 0, 1) + Math.floor(random.uniform() * 700 * 86_400) * 1000;
		const days = 1 + Math.floor(random.uniform() * 20);
		const shipped = placed + (days * 86_400 - Math.floor(random.uniform() * 40_000)) * 1000;
		put('placed_at', new Date(placed).toISOString().slice(0, 19).replace('T', ' '));
		const isCancelled = random.uniform() < 0.2;
		put('status', isCancelled ? 'cancelled' : random.uniform() < 0.7 ? 'sent' : 'returned');
		put('shipped_at', isCancelled ? null : new Date(shipped).toISOString().slice(0, 19).replace('T', ' '));
		put('carrier', isCancelled ? null : (['post', 'van', 'bike'][random.integer(3)] as string));
		const quantity = 1 + random.integer(9);
		const price = 50 * (1 + random.integer(80));
		const cents = (value: number) => Math.round(value * 100) / 100;
		const net = quantity * price + 0;
		const shipping = cents(3 + 40 * random.uniform());
		const tax = cents(0.081 * net);
		put('quantity', quantity);
		put('price', price);
		put('net', net);
		put('shipping', shipping);
		put('tax', tax);
		put('total', cents(net + shipping + tax));
		put('month', new Date(placed).getUTCMonth() + 1);
		const [first, second] = [random.integer(101), random.uniform()];
		const middle = Math.floor((100 - first) * second);
		put('share_a', first);
		put('share_b', middle);
		put('share_c', 100 - first - middle);
		const way = random.integer(3);
		for (const [i, name] of ['by_phone', 'by_web', 'in_shop'].entries()) put(name, way === i ? 1 : 0);
		put('age', 18 + random.integer(60));
		put('note', `2024-01-${two(1 + random.integer(28))}`);
	}
	return columns;
}

/** NaN is the same as NaN, which assert.deepEqual of typed arrays does not find. */
export function assertSame(first: FeatureColumn | undefined, second: FeatureColumn | undefined, message = ''): void {
	const cells = (column: FeatureColumn | undefined) => [
		...(column?.type === 'numeric' ? column.values : (column?.codes ?? [])),
	];
	assert.deepEqual(cells(first), cells(second), message);
}
