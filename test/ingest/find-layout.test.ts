import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { placeFields, splitEscapedRecord } from '../../src/ingest/split-fields.ts';
import { fc } from '../properties.ts';
import { type ReadTable, readText } from './read-all.ts';

function layoutOf({ dialect }: ReadTable): unknown[] {
	return [dialect?.delimiter, dialect?.quote, dialect?.escape, dialect?.comment];
}

function kindsOf({ repairs }: ReadTable): unknown[] {
	return repairs.map(({ kind, count }) => [kind, count]);
}

test('a backslash before quotes is found where doubling cannot explain the text', async () => {
	const table = await readText('123|T|text1\n345|T|"text\\"2\\""\n"567"|T|text3\n');
	assert.deepEqual(layoutOf(table), ['|', '"', '\\', null]);
	assert.deepEqual(table.rows[1], ['345', 'T', 'text"2"']);
	assert.deepEqual(layoutOf(await readText('a,b\n"C:\\dir\\",1\n"x",2\n')), [',', '"', '"', null]);
});

test('single quotes are found where fields begin and end with them and no field does with double ones', async () => {
	const table = await readText("123|T|text1\n345|T|'te|xt\\'2'\n'567'|T|text3\n");
	assert.deepEqual(layoutOf(table), ['|', "'", '\\', null]);
	assert.deepEqual(table.rows[1], ['345', 'T', "te|xt'2"]);
	assert.deepEqual(layoutOf(await readText("a,b\n'tis,1\ndon't,2\n")), [',', '"', '"', null]);
	const few = await readText("a,b\n'so called',1\nx,2\ny,3\n");
	assert.deepEqual(few.rows[0], ["'so called'", '1']);
	assert.deepEqual(layoutOf(await readText('a,b\n"x",\'y\'\n')), [',', '"', '"', null]);
});

test('an escape stands for itself before letters, and a line break after it does not end the field', async () => {
	const table = await readText('a,b\n"say \\"hi\\" \\\\ C:\\temp",1\n"two\\\nlines",2\n', { escape: '\\' });
	assert.deepEqual(table.rows, [
		['say "hi" \\ C:\\temp', '1'],
		['two\\\nlines', '2'],
	]);
	assert.equal(table.rejects.length, 0);
});

test('records with doubled quotes are split as csv-parse splits them', () => {
	const cell = fc
		.array(fc.constantFrom('a', '"', ',', ' ', '\\', '\n'), { maxLength: 6 })
		.map((parts) => parts.join(''));
	const options = { delimiter: ',', quote: '"', escape: '"', skipInitialSpace: false };
	fc.assert(
		fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
			const text = Buffer.from(cells.map((value) => `"${value.replaceAll('"', '""')}"`).join(','));
			const places = placeFields(text, 0, text.length, options);
			const [parsed] = parse(text, { relax_column_count: true }) as string[][];
			assert.deepEqual(
				places.map((place) => text.toString('utf8', place.start, place.end).replaceAll('""', '"')),
				parsed,
			);
		}),
	);
});

test('what is written with escapes is read as it was', () => {
	const cell = fc
		.array(fc.constantFrom('a', '"', ',', '\\', '\n', 'n'), { maxLength: 8 })
		.map((parts) => parts.join(''));
	const options = { delimiter: ',', quote: '"', escape: '\\', skipInitialSpace: false };
	fc.assert(
		fc.property(fc.array(cell, { minLength: 1, maxLength: 5 }), (cells) => {
			const text = Buffer.from(cells.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(','));
			assert.deepEqual(splitEscapedRecord(text, 0, text.length, options), cells);
		}),
	);
});

test('lines of comment are no rows, and a header or a cell may begin like one', async () => {
	const table = await readText('# of May\nx,y\n# first\n1,2\n# second\n3,4\n# end');
	assert.deepEqual([layoutOf(table)[3], table.names, table.rows.length], ['#', ['x', 'y'], 2]);
	assert.deepEqual(kindsOf(table), [['COMMENT_SKIPPED', 4]]);
	assert.equal(table.counts.rowsTotal, 2);
	assert.deepEqual((await readText('#id,name\n1,a\n2,b\n')).names, ['#id', 'name']);
	assert.equal((await readText('colour,n\n#fff,1\n#000,2\n')).rows.length, 2);
	assert.equal((await readText('a;b\n%x\n1;2\n', { comment: '%' })).rows.length, 1);
	assert.equal((await readText('a,b\n# x\n1,2\n', { comment: null })).rejects.length, 1);
});

test('lines before the table are skipped on request, blank ones too', async () => {
	const text = 'Report\r\n\r\n1,2\r\na,b\r\n3,4\r\nx\r\n';
	const table = await readText(text, { skipRows: 3 });
	assert.deepEqual([table.names, table.rows], [['a', 'b'], [['3', '4']]]);
	assert.deepEqual(
		table.rejects.map(({ line, byteOffset }) => [line, byteOffset]),
		[[6, text.indexOf('x\r\n')]],
	);
	assert.deepEqual((await readText('Title\n\na,b\n1,2\nx\n', { skipRows: 0 })).names, ['Title']);
	await assert.rejects(readText('a,b\n1,2\n', { skipRows: 9 }), { code: 'CONFIG_INVALID' });
});

test('a title of several lines is told from the header, also where one of them has a delimiter', async () => {
	const table = await readText('some notes...\nmore notes,...\nn,text,date\n1,T,2000-12-13\n2,U,2000-12-14\n');
	assert.deepEqual([table.names, table.rows.length], [['n', 'text', 'date'], 2]);
	assert.deepEqual(kindsOf(table), [['PREAMBLE_SKIPPED', 2]]);
	const piped = await readText('Date|From|To\n1988|New York, NY|Los Angeles, CA\n1989|New York, NY|Boston, MA\n');
	assert.deepEqual(piped.names, ['Date', 'From', 'To']);
});

test('a total and lines below the table are reported and are no rows', async () => {
	const table = await readText('Report\n\nid,x\n1,2\n3,4\nTotal,6\n');
	assert.deepEqual([table.rows.length, table.rejects.length], [2, 0]);
	assert.deepEqual(kindsOf(table), [
		['PREAMBLE_SKIPPED', 1],
		['FOOTER_SKIPPED', 1],
	]);
	const notes = await readText('a,b,c\n1,2,3\n4,5,6\n\nGenerated by X\n2 rows\n');
	assert.deepEqual([notes.rows.length, notes.rejects.length, notes.counts.rowsTotal], [2, 0, 2]);
	assert.match(notes.repairs[0]?.message ?? '', /from line 5: 2/);
});

test('a last row that was cut off is rejected, and words of totals within the table are rows', async () => {
	const cut = await readText('a,b,c\n1,2,3\n4');
	assert.deepEqual([cut.rows.length, cut.rejects.length], [1, 1]);
	const within = await readText('part,n\nTotal,3\nx,4\nTotal,5\n');
	assert.equal(within.rows.length, 3);
	const told = await readText('part,n\nx,4\nTotal,5\n', { findFooter: false });
	assert.equal(told.rows.length, 2);
	const followed = await readText('a,b,c\n1,2,3\nTotal\n4,5,6\n');
	assert.deepEqual([followed.rows.length, followed.rejects.length], [2, 1]);
});

test('an empty text is told from a missing cell where quotes tell them apart', async () => {
	const table = await readText('a,b,c\n"",,1\nx,"",""\n,y,2\n');
	assert.deepEqual(table.rows, [
		['', null, '1'],
		['x', '', null],
		[null, 'y', '2'],
	]);
	assert.deepEqual(table.kinds, ['text', 'text', 'number']);
	assert.deepEqual((await readText('a,b\n1,""\n2,\n')).rows, [
		['1', ''],
		['2', null],
	]);
	assert.deepEqual((await readText('a\n""\n1\n')).rows, [[null], ['1']]);
});

test('UTF-16 without a byte order mark is found', async () => {
	const text = 'id,name\n1,café\n2,日本\n';
	const little = Buffer.from(text, 'utf16le');
	for (const [bytes, encoding] of [
		[little, 'utf-16le'],
		[Buffer.from(little).swap16(), 'utf-16be'],
	] as const) {
		const table = await readText(bytes);
		assert.deepEqual([table.dialect?.encoding, table.names], [encoding, ['id', 'name']]);
		assert.deepEqual(table.rows[1], ['2', '日本']);
	}
});
