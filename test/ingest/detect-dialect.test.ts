import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFile, readAll, readText } from './read-all.ts';

async function dialectOf(text: string, name?: string): Promise<unknown[]> {
	const { dialect } = await readAll(makeFile(text, name));
	return [dialect?.delimiter, dialect?.header, dialect?.skipInitialSpace];
}

test('the delimiter is the one with which records have the same number of fields', async () => {
	assert.deepEqual(await dialectOf('a,b\n1,2\n'), [',', true, false]);
	assert.deepEqual(await dialectOf('id;amount\n1;3,50\n2;4,75\n'), [';', true, false]);
	assert.deepEqual(await dialectOf('a|b\nx|"1|2,3"\n'), ['|', true, false]);
	assert.deepEqual(await dialectOf('a\tb\n1,5\t2\n'), ['\t', true, false]);
	assert.deepEqual(await dialectOf('a,b,c\n1,2,3\n1,2\n1,2,3,4\n'), [',', true, false]);
});

test('a text with one column keeps its commas where the header has none', async () => {
	const { rows, names } = await readText('name\nplain\nwith, comma\nwith, another\n', {});
	assert.deepEqual(names, ['name']);
	assert.equal(rows.length + 2, 3);
	const prose = await readText('name\nDoe; John\nRoe; Jane\n');
	assert.deepEqual(prose.rows, [['Doe; John'], ['Roe; Jane']]);
});

test('the name of a file decides between equal delimiters', async () => {
	assert.equal((await dialectOf('a,b\tc\n1,2\t3\n', 'table.tsv'))[0], '\t');
	assert.equal((await dialectOf('a,b\tc\n1,2\t3\n', 'table.csv'))[0], ',');
});

test('a line sep=; names the delimiter and is no record', async () => {
	const { rows, names, rejects } = await readText('sep=;\r\nid;x\r\n1;2,3\r\n1\r\n');
	assert.deepEqual(names, ['id', 'x']);
	assert.deepEqual(rows, [['1', '2,3']]);
	assert.deepEqual([rejects[0]?.line, rejects[0]?.byteOffset], [4, 20]);
});

test('spaces after delimiters are dropped where nearly every field has one', async () => {
	const { rows, dialect } = await readText('a, b\n39, "x, y"\n50, z\n');
	assert.equal(dialect?.skipInitialSpace, true);
	assert.deepEqual(rows, [
		['39', 'x, y'],
		['50', 'z'],
	]);
	const kept = await readText('a,b\n39, State-gov\n50,Private\n');
	assert.deepEqual(kept.rows, [
		['39', ' State-gov'],
		['50', 'Private'],
	]);
});

test('a first row of numbers over numbers is data, a word over numbers is a header', async () => {
	const bare = await readText('1,x\n2,y\n3,z\n');
	assert.deepEqual([bare.names, bare.rows.length], [['column_1', 'column_2'], 3]);
	assert.deepEqual(bare.repairs, []);
	assert.equal((await readText('2024-01-01,x\n2024-01-02,y\n')).rows.length, 2);
	assert.deepEqual((await readText('id,2023,2024\n1,5,6\n2,7,8\n')).names, ['id', '2023', '2024']);
	assert.equal((await readText('1,2\n3,4\n', { header: true })).rows.length, 1);
	assert.equal((await readText('a,b\n3,4\n', { header: false })).rows.length, 2);
});

test('lines before the header are left out and reported', async () => {
	const { names, rows, repairs, counts } = await readText('Report of May\n\nid,x\n1,2\n3,4\n');
	assert.deepEqual(names, ['id', 'x']);
	assert.equal(rows.length, 2);
	assert.deepEqual(
		repairs.map(({ kind, count }) => [kind, count]),
		[['PREAMBLE_SKIPPED', 1]],
	);
	assert.equal(counts.blankLines, 1);
});

test('options win over what is found', async () => {
	assert.deepEqual((await readText('a,b\n1,2\n', { delimiter: ';' })).names, ['a,b']);
	assert.deepEqual((await readText("a,b\n'1,2',3\n", { quote: "'" })).rows, [['1,2', '3']]);
	assert.deepEqual((await readText('a,b\n"1,2"\n', { quote: null })).rows, [['"1', '2"']]);
	await assert.rejects(readText('a\n1\n', { delimiter: '::' }), { code: 'CONFIG_INVALID' });
	await assert.rejects(readText('a\n1\n', { encoding: 'latin-99' }), { code: 'CONFIG_INVALID' });
});

test('a file without rows is refused with what to do', async () => {
	const code = 'TABLE_EMPTY';
	await assert.rejects(readText(''), { code, message: /empty/ });
	await assert.rejects(readText('\n\n\r\n'), { code, message: /blank lines/ });
	await assert.rejects(readText('a,b\n'), { code, hint: /--no-header/ });
	await assert.rejects(readText(`a,b\n${'\n'.repeat(400_000)}`), { code, message: /no rows/ });
});

test('a header that cannot be read is refused with its place', async () => {
	await assert.rejects(readText('"a,b\n1,2\n'), { code: 'CSV_UNCLOSED_QUOTE', where: /:1$/ });
	await assert.rejects(readText('"a"x,b\n1,2\n'), { code: 'CSV_UNREADABLE' });
	const longHeader = `${'a'.repeat(300_000)},b\n1,2\n`;
	await assert.rejects(readText(longHeader), { code: 'INPUT_HEADER_TOO_LONG' });
	assert.equal((await readText(longHeader, { maxHeaderBytes: 400_000 })).rows.length, 1);
	const wide = Array.from({ length: 4_097 }, (_, i) => `c${i}`).join(',');
	await assert.rejects(readText(`${wide}\n${wide}\n`), { code: 'CSV_TOO_MANY_COLUMNS', message: /4097.*4096/ });
});
