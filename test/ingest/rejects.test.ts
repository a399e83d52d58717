import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OpenTableOptions } from '../../src/ingest/table-source.ts';
import { fc } from '../properties.ts';
import { type ReadTable, readText } from './read-all.ts';

async function rejectsOf(text: string | Uint8Array, options?: OpenTableOptions): Promise<unknown[]> {
	const table = await readText(text, options);
	requireAccounts(table);
	return table.rejects.map(({ line, byteOffset, column, errorType, rawText }) => [
		line,
		byteOffset,
		column,
		errorType,
		rawText,
	]);
}

function requireAccounts({ counts, rows, rejects }: ReadTable): void {
	assert.equal(counts.rowsLoaded, rows.length);
	assert.equal(counts.rowsRejected, rejects.length);
	assert.equal(counts.rowsTotal, rows.length + rejects.length);
}

test('rows with too few or too many fields are rejected with place and first missing column', async () => {
	assert.deepEqual(await rejectsOf('a,b,c\n1,2,3\n1,2\n\n1,2,3,4\n,,\n'), [
		[3, 12, 'c', 'MISSING_COLUMNS', '1,2'],
		[5, 17, null, 'TOO_MANY_COLUMNS', '1,2,3,4'],
	]);
});

test('blank lines are counted and are no rows', async () => {
	const { counts, rows } = await readText('a,b\n\n1,2\r\n\r\n\r\n3,4\n\n');
	assert.equal(rows.length, 2);
	assert.equal(counts.blankLines, 4);
});

test('a row of empty fields is a row of missing cells', async () => {
	assert.deepEqual((await readText('a,b\n,\n1,2\n')).rows[0], [null, null]);
	assert.deepEqual((await readText('a\n""\nx\n')).rows, [[null], ['x']]);
});

test('a quote that is never closed costs only its own line', async () => {
	assert.deepEqual(await rejectsOf('a,b\n1,"open\n2,x\n3,y\n'), [[2, 4, null, 'UNCLOSED_QUOTE', '1,"open']]);
});

test('a stray quote that a later quoted field seems to close costs only its own line', async () => {
	const { rows, rejects } = await readText('a,b\n1,"open\n2,x\n3,"y, z"\n4,"two\nlines"\n');
	assert.deepEqual(rows, [
		['2', 'x'],
		['3', 'y, z'],
		['4', 'two\nlines'],
	]);
	assert.deepEqual(
		rejects.map((reject) => [reject.line, reject.errorType]),
		[[2, 'UNCLOSED_QUOTE']],
	);
});

test('text after a closing quote is malformed, a quote within an unquoted field is text', async () => {
	const { rows, rejects } = await readText('a,b\n"x"y,1\n5\'10",2\n"say ""hi""",3\n');
	assert.deepEqual(rows, [
		['5\'10"', '2'],
		['say "hi"', '3'],
	]);
	assert.deepEqual(
		rejects.map((reject) => reject.errorType),
		['MALFORMED'],
	);
});

test('a record over the limit is rejected, its raw text is bounded, and the next one is read', async () => {
	const long = 'x'.repeat(700_000);
	const { rows, rejects } = await readText(`a,b\n1,2\n${long},1\n3,4\n`, { maxRecordBytes: 3_000 });
	assert.deepEqual(rows, [
		['1', '2'],
		['3', '4'],
	]);
	assert.deepEqual(
		rejects.map(({ line, errorType, rawText }) => [line, errorType, rawText.length]),
		[[3, 'RECORD_TOO_LONG', 2_000]],
	);
});

test('bytes that are not UTF-8 after a start that is reject their row', async () => {
	const start = `a,b\n${'1,ü\n'.repeat(100_000)}`;
	const bytes = Buffer.concat([Buffer.from(start), Buffer.from('2,caf\xe9\n', 'latin1'), Buffer.from('3,é\n')]);
	assert.deepEqual(await rejectsOf(bytes), [
		[100_002, start.length + 100_000, null, 'INVALID_ENCODING', '2,caf\ufffd'],
	]);
});

test('a table all of whose rows are rejected is refused after its rejects were handed over', async () => {
	await assert.rejects(readText('a,b,c\n1\n2\n'), { code: 'TABLE_EMPTY', message: /None of the 2 rows/ });
});

test('many rejects are handed over in pieces', async () => {
	const { rejects, rows, batchRows } = await readText(`a,b\n1,2\n${'1\n'.repeat(25_000)}`);
	assert.equal(rejects.length, 25_000);
	assert.equal(rows.length, 1);
	assert.deepEqual(batchRows, [0, 0, 1]);
});

test('lines that each seem to open a quote are read in time that grows with the file only', async () => {
	async function costOf(lines: number): Promise<number> {
		const before = process.cpuUsage();
		const { counts } = await readText(`a,b\n1,2\n${'x","\n'.repeat(lines)}`);
		assert.equal(counts.rowsTotal, lines + 1);
		return process.cpuUsage(before).user;
	}
	await costOf(10_000);
	const few = await costOf(20_000);
	const many = await costOf(100_000);
	// Five times the lines; 25 times the time if each line looked at all that follow.
	assert.ok(many < 12 * few, `${many} and ${few} microseconds`);
});

test('whatever the text, every record is loaded or rejected, and the offset of a reject is where it stands', async () => {
	const piece = fc.constantFrom('1', 'x', ',', ',', '\n', '\r\n', '\r', '"', '""', 'é', '\u{1f600}', ' ', '\0', '|');
	await fc.assert(
		fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
			const bytes = Buffer.from(`a,b\n1,2\n${pieces.join('')}`);
			const table = await readText(bytes, { delimiter: ',', header: true, skipInitialSpace: false });
			requireAccounts(table);
			for (const { byteOffset, rawText, line } of table.rejects) {
				const start = bytes.subarray(byteOffset).toString().replaceAll('\0', '');
				assert.ok(start.startsWith(rawText));
				assert.equal(bytes.toString('utf8', 0, byteOffset).split(/\r\n|\n|\r/).length, line);
			}
		}),
		{ numRuns: 300 },
	);
});
