import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportDialects } from '../../bench/ingest/dialect-report.ts';
import { compareDialects, type FoundDialect } from '../../bench/ingest/dialect-run.ts';

const found = (delimiter: string, columns: number, header = true): FoundDialect => ({ delimiter, header, columns });

test('of one column the delimiter does not matter, of several it does', () => {
	assert.equal(compareDialects(found(',', 1), found(';', 1)).delimiter, true);
	assert.equal(compareDialects(found(',', 2), found(';', 2)).delimiter, false);
	assert.deepEqual(compareDialects(found(',', 2, false), found(',', 3)), {
		delimiter: true,
		header: false,
		columns: false,
	});
});

test('files that one of the two refuses are counted apart', () => {
	const pairs: [FoundDialect | null, FoundDialect | null][] = [
		[found(',', 2), found(',', 2)],
		[found(',', 2), found('|', 2)],
		[found(',', 2), null],
		[found(',', 3), found('|', 1)],
		[null, found(',', 2)],
		[null, null],
	];
	const [section] = reportDialects({
		bench: 'dialect',
		date: '2026-01-01',
		machine: { cpu: 'a', cores: 2, memoryGb: 8, system: 'b' },
		versions: {},
		runs: pairs.map(([counterfoil, duckdb], i) => ({ bench: 'dialect', case: `${i}.csv`, counterfoil, duckdb })),
	});
	assert.deepEqual(
		section?.tables[0]?.rows.map(([, files]) => files),
		['1 of 3 (33 %)', '1 of 3 (33 %)', '3 of 3 (100 %)', '2 of 3 (67 %)', '1', '0', '1 of 6', '1 of 6', '1 of 6'],
	);
	assert.deepEqual(reportDialects(null), []);
});
