import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from './read-all.ts';

const TEXT = 'id,name\n1,Zürich\n2,\u{1f600}\n3\n';
const ROWS = [
	['1', 'Zürich'],
	['2', '\u{1f600}'],
];

function toUtf16(text: string, isBigEndian: boolean): Buffer {
	const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
	return isBigEndian ? bytes.swap16() : bytes;
}

test('a byte order mark tells the encoding and is no part of the first name', async () => {
	for (const [bytes, encoding] of [
		[Buffer.from(`\ufeff${TEXT}`), 'utf-8'],
		[toUtf16(TEXT, false), 'utf-16le'],
		[toUtf16(TEXT, true), 'utf-16be'],
	] as const) {
		const { names, rows, dialect, rejects } = await readText(bytes);
		assert.deepEqual([names, rows, dialect?.encoding], [['id', 'name'], ROWS, encoding]);
		// The offset is one of the file, not of the text after conversion.
		assert.equal(bytes[rejects[0]?.byteOffset ?? 0] || bytes[(rejects[0]?.byteOffset ?? 0) + 1], '3'.charCodeAt(0));
	}
});

test('bytes that are not UTF-8 are read as windows-1252, and that is reported', async () => {
	const { rows, dialect, repairs, rejects } = await readText(Buffer.from('id,name\n1,caf\xe9 \x80\n2\n', 'latin1'));
	assert.deepEqual(rows, [['1', 'café €']]);
	assert.equal(dialect?.encoding, 'windows-1252');
	assert.deepEqual(
		repairs.map(({ kind }) => kind),
		['ENCODING_ASSUMED'],
	);
	assert.equal(rejects[0]?.byteOffset, 17);
});

test('one bad byte among valid UTF-8 does not make the whole text windows-1252', async () => {
	const bytes = Buffer.concat([Buffer.from('id,name\n1,Zürich\n2,Köln\n'), Buffer.from('3,M\xfcnchen\n', 'latin1')]);
	const { rows, rejects } = await readText(bytes);
	assert.deepEqual(rows, [
		['1', 'Zürich'],
		['2', 'Köln'],
	]);
	assert.deepEqual(
		rejects.map(({ errorType, line }) => [errorType, line]),
		[['INVALID_ENCODING', 4]],
	);
});

test('half of a surrogate pair in UTF-16 rejects its row', async () => {
	const { rows, rejects } = await readText(toUtf16('id,name\n1,a\n2,\ud83d\n', false));
	assert.deepEqual(rows, [['1', 'a']]);
	assert.equal(rejects[0]?.errorType, 'INVALID_ENCODING');
});

test('an encoding that is named is used', async () => {
	const bytes = Buffer.from('id,name\n1,\xe5\n', 'latin1');
	assert.deepEqual((await readText(bytes, { encoding: 'koi8-r' })).rows, [['1', 'Е']]);
	assert.deepEqual((await readText(Buffer.from(TEXT, 'utf16le'), { encoding: 'utf-16le' })).rows, ROWS);
});

test('NUL is removed from cells and names and counted', async () => {
	const { names, rows, repairs } = await readText('id,na\0me\n1,a\0b\n2,c\0\0\n3,d\n');
	assert.deepEqual(names, ['id', 'name']);
	assert.deepEqual(rows, [
		['1', 'ab'],
		['2', 'c'],
		['3', 'd'],
	]);
	assert.deepEqual(
		repairs.map(({ kind, count }) => [kind, count]),
		[['NUL_REMOVED', 2]],
	);
});

test('invisible and bidirectional characters are kept', async () => {
	assert.deepEqual((await readText('id,m\n1,pay\u200bpal\n2,\u202egnp.exe\n')).rows, [
		['1', 'pay\u200bpal'],
		['2', '\u202egnp.exe'],
	]);
});
