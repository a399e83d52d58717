import type { FeatureSpec, FeatureTable } from '../../src/contracts/features.ts';
import type { TableProfile } from '../../src/contracts/profile.ts';
import { createRandom } from '../../src/contracts/random.ts';
import type { TableBatch } from '../../src/contracts/table.ts';
import { finishProfile } from '../../src/features/finish-profile.ts';
import { fitFeatures } from '../../src/features/fit-features.ts';
import { profileBatch } from '../../src/features/profile-batch.ts';
import { toFeatures } from '../../src/features/to-features.ts';

export interface People {
	readonly batch: TableBatch;
	readonly profile: TableProfile;
	readonly specs: readonly FeatureSpec[];
	readonly table: FeatureTable;
}

const JOBS = ['clerk', 'driver', 'nurse', 'smith', 'teacher'];

/** Numbers that hang together, levels, a flag, dates with times, missing cells, a constant, a key. */
export function people(rows: number): People {
	const random = createRandom(7);
	const column = (make: (row: number) => string | null) => {
		const dictionary: string[] = [];
		const codes = Int32Array.from({ length: rows }, (_, row) => {
			const text = make(row);
			if (text === null) return -1;
			if (!dictionary.includes(text)) dictionary.push(text);
			return dictionary.indexOf(text);
		});
		return { type: 'text', codes, dictionary } as const;
	};
	const ages = Float64Array.from({ length: rows }, () => 18 + random.integer(60));
	const incomes = ages.map((age) =>
		random.uniform() < 0.1 ? Number.NaN : Math.round((age * 500 + 9000 * random.uniform()) * 100) / 100,
	);
	const batch: TableBatch = {
		rows,
		names: ['id', 'age', 'income', 'job', 'retired', 'since', 'country'],
		columns: [
			column((row) => `P${String(row).padStart(6, '0')}`),
			{ type: 'number', values: ages },
			{ type: 'number', values: incomes },
			column((row) => ((ages[row] as number) > 66 ? 'none' : (JOBS[random.integer(JOBS.length)] as string))),
			column((row) => ((ages[row] as number) > 66 ? 'yes' : 'no')),
			column(() =>
				new Date(Date.UTC(2024, 0, 1) + random.integer(400 * 24) * 3_600_000)
					.toISOString()
					.slice(0, 19)
					.replace('T', ' '),
			),
			column(() => 'DE'),
		],
	};
	const profile = finishProfile(profileBatch(batch), { key: 'id' });
	const specs = fitFeatures(profile, [batch]);
	return { batch, profile, specs, table: toFeatures(batch, specs) };
}
