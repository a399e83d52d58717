import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { query, runProgram, workFolder } from './run-program.ts';

/** A table as spreadsheets of half of Europe write it. */
function german(rows: number): string {
	const lines = Array.from({ length: rows }, (_, i) => {
		const cents = (i * 79_19) % 900_000;
		const amount = `${String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, '.')},${String(cents % 100).padStart(2, '0')}`;
		return `K${i};${amount};${(i % 28) + 1}.${(i % 12) + 1}.25;${i % 9 === 0 ? 'k.A.' : ['Bonn', 'Trier'][i % 2]}`;
	});
	return `${['id;betrag;tag;ort', ...lines].join('\n')}\n`;
}

test('decimal commas, named dates and texts for nothing are understood, told, and stored as they were written', async (t) => {
	const folder = workFolder(t);
	writeFileSync(join(folder, 'umsatz.csv'), german(120));
	const told = ['--date-format', 'tag=D.M.YY', '--null', 'k.A.'];
	const read = await runProgram(['ingest', 'umsatz.csv', ...told, '--json'], { cwd: folder });
	assert.equal(read.code, 0, read.stderr);
	const { columns, reading, datasetId } = JSON.parse(read.stdout);
	assert.deepEqual(
		columns.map(({ name, kind, missing }: Record<string, unknown>) => [name, kind, missing]),
		[['id', 'key', 0], ['betrag', 'numeric', 0], ['tag', 'datetime', 0], ['ort', 'boolean', 14].with(1, 'categorical')],
	);
	assert.deepEqual(reading, [
		'betrag: numbers written like 1.234,5',
		'tag: dates written like D.M.YY',
		'missing cells are also written "k.A."',
	]);
	const [record] = query<{ data_json: string }>(folder, 'select data_json from records where row_number = 28');
	assert.equal(record?.data_json, '{"id":"K27","betrag":"2.138,13","tag":"28.4.25","ort":"k.A."}');
	const [dataset] = query<{ dialect_json: string }>(folder, 'select dialect_json from datasets');
	assert.deepEqual(JSON.parse(dataset?.dialect_json ?? '').nulls, ['k.A.']);
	const out = await runProgram(['export', 'records', datasetId], { cwd: folder });
	assert.match(out.stdout, /^K27,"2\.138,13",28\.4\.25,k\.A\.$/m);
	const wrong = await runProgram(['ingest', 'umsatz.csv', '--date-format', 'tog=D.M.YY'], { cwd: folder });
	assert.match(wrong.stderr, /COLUMN_UNKNOWN[\s\S]*"tag"/);
});

test('what was taken for missing is told, and words such as NA can be values', async (t) => {
	const folder = workFolder(t);
	const lines = Array.from(
		{ length: 60 },
		(_, i) => `${i % 7},${['NA', 'DE', 'FR'][i % 3]},${i % 5 === 0 ? '-' : 'x'}`,
	);
	writeFileSync(join(folder, 'visits.csv'), `${['n,country,note', ...lines].join('\n')}\n`);
	const usual = JSON.parse((await runProgram(['ingest', 'visits.csv', '--json'], { cwd: folder })).stdout);
	assert.deepEqual(usual.reading, ['taken for missing cells: "NA" (20 cells), "-" (12 cells)']);
	const values = JSON.parse(
		(await runProgram(['ingest', 'visits.csv', '--no-null-words', '--null', '-', '--json'], { cwd: folder })).stdout,
	);
	const facts = ({ name, missing, distinct }: Record<string, unknown>) => [name, missing, distinct];
	assert.deepEqual(usual.columns.map(facts)[1], ['country', 20, 2]);
	assert.deepEqual(values.columns.map(facts).slice(1), [
		['country', 0, 3],
		['note', 12, 1],
	]);
	assert.deepEqual(values.reading, ['missing cells are also written "-"']);
});
