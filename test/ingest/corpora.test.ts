import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkSpectrum } from '../corpora/check-outcome.ts';
import { readFileFully } from '../corpora/read-file.ts';

const FIXTURES = join(import.meta.dirname, '../fixtures');

test('the twelve files of csv-spectrum are read as their JSON says', async () => {
	const names = readdirSync(join(FIXTURES, 'csv-spectrum/csvs'));
	assert.equal(names.length, 12);
	for (const name of names) {
		const path = `csv-spectrum/csvs/${name}`;
		const outcome = await readFileFully(join(FIXTURES, path));
		assert.equal(checkSpectrum(path, outcome, FIXTURES), 'equal', name);
	}
});
