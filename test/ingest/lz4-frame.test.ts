import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compressFrameSync } from 'lz4-napi';
import { measureLz4Frame } from '../../src/ingest/lz4-frame.ts';
import { fc } from '../properties.ts';

test('the length of a frame is exact, and its content within what the headers allow', () => {
	fc.assert(
		fc.property(
			fc.uint8Array({ minLength: 1, maxLength: 300 }),
			fc.integer({ min: 1, max: 2_000 }),
			fc.boolean(),
			fc.boolean(),
			(bytes, times, contentChecksum, blockChecksums) => {
				const content = Buffer.concat(Array.from({ length: times }, () => Buffer.from(bytes)));
				const frame = compressFrameSync(content, { contentChecksum, blockChecksums });
				const measured = measureLz4Frame(Buffer.concat([frame, Buffer.from('rest')]));
				assert.equal(measured.bytes, frame.length);
				assert.ok(measured.mostContentBytes >= content.length);
				assert.ok(measured.mostContentBytes < content.length + measured.blockBytes);
			},
		),
		{ numRuns: 50, seed: 1 },
	);
});

test('a frame that is cut anywhere is refused', () => {
	const frame = compressFrameSync(Buffer.alloc(500_000, 'abc'), { contentChecksum: true, blockChecksums: true });
	for (let length = 0; length < frame.length; length += 7) {
		assert.throws(() => measureLz4Frame(frame.subarray(0, length)), RangeError);
	}
});
