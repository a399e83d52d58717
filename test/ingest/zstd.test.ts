import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as zlib from 'node:zlib';
import { splitZstd } from '../../src/ingest/split-zstd.ts';
import { fc } from '../properties.ts';
import { makeFile, readAll } from './read-all.ts';

const CSV = 'a,b\n1,2\n3,4\n';
const SKIPPED = Buffer.from([0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);

function compress(text: string | Buffer, hasChecksum = true): Buffer {
	const params = { [zlib.constants.ZSTD_c_checksumFlag]: hasChecksum ? 1 : 0 };
	return zlib.zstdCompressSync(text, { params });
}

test('every frame of a zstd file is read, wherever the pieces of the file end', async () => {
	const frames = [compress('a,b\n1,'), SKIPPED, compress('2\n'), compress('', false), compress('3,4\n', false)];
	const table = await readAll(makeFile(Buffer.concat([SKIPPED, ...frames]), 'no-extension'));
	assert.deepEqual(table.rows, [
		['1', '2'],
		['3', '4'],
	]);
	assert.equal(table.counts.rowsTotal, 2);
});

test('frames are cut at their ends for any frames and any pieces', async () => {
	const frame = fc.tuple(fc.uint8Array({ maxLength: 300 }), fc.boolean(), fc.integer({ min: 1, max: 400 }));
	await fc.assert(
		fc.asyncProperty(
			fc.array(frame, { minLength: 1, maxLength: 4 }),
			fc.integer({ min: 1, max: 50 }),
			async (all, step) => {
				const contents = all.map(([bytes, , times]) =>
					Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes))),
				);
				const frames = contents.map((content, i) => compress(content, all[i]?.[1] as boolean));
				const whole = Buffer.concat(frames);
				const pieces: Buffer[] = [];
				for await (const piece of splitZstd(cut(whole, step), 'x', () => undefined)) pieces.push(piece);
				assert.ok(Buffer.concat(pieces).equals(whole));
				const ends = new Set(endsOf(pieces));
				for (const end of endsOf(frames)) assert.ok(ends.has(end));
			},
		),
		{ numRuns: 60, seed: 1 },
	);
});

/** Bytes before the end of each. */
function endsOf(pieces: readonly Buffer[]): number[] {
	let end = 0;
	return pieces.map((piece) => {
		end += piece.length;
		return end;
	});
}

async function* cut(bytes: Buffer, step: number): AsyncGenerator<Buffer> {
	for (let from = 0; from < bytes.length; from += step) yield bytes.subarray(from, from + step);
}

test('zstd data that is cut short, fails its checksum or goes on with other bytes is damaged', async () => {
	const whole = compress(CSV);
	const flipped = Buffer.from(whole);
	flipped.writeUInt8((flipped.at(-1) as number) ^ 1, whole.length - 1);
	const code = 'INPUT_COMPRESSION_DAMAGED';
	for (const cutAway of [1, 4, 5, 9]) {
		await assert.rejects(readAll(makeFile(whole.subarray(0, -cutAway))), { code, message: /cut short/ });
	}
	await assert.rejects(readAll(makeFile(Buffer.concat([whole, whole.subarray(0, -6)]))), {
		code,
		message: /cut short/,
	});
	await assert.rejects(readAll(makeFile(flipped)), { code, message: /damaged/ });
	for (const rest of ['m', 'more than eight bytes']) {
		await assert.rejects(readAll(makeFile(Buffer.concat([whole, Buffer.from(rest)]))), { code, message: /not zstd/ });
	}
});

test('zeros after zstd data are padding, which is reported', async () => {
	const { rows, repairs } = await readAll(makeFile(Buffer.concat([compress(CSV), Buffer.alloc(300_000)])));
	assert.equal(rows.length, 2);
	assert.deepEqual(
		repairs.map(({ kind, count }) => [kind, count]),
		[['TRAILING_BYTES_IGNORED', 300_000]],
	);
});

test('a zstd bomb ends at the limits on ratio and size', async () => {
	const bomb = makeFile(compress(Buffer.concat([Buffer.from('a\n1\n'), Buffer.alloc(80_000_000, '0')])));
	await assert.rejects(readAll(bomb), { code: 'INPUT_TOO_LARGE', message: /200 times/, hint: /--limit ratio/ });
	await assert.rejects(readAll(makeFile(compress(CSV)), { maxDecompressedBytes: 5 }), { code: 'INPUT_TOO_LARGE' });
});
