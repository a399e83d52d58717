import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { createRecordFramer, RECORD_OK } from '../../src/ingest/frame-records.ts';
import { fc } from '../properties.ts';

const OPTIONS = { delimiter: 44, quote: 34, skipInitialSpace: false, maxRecordBytes: 40 };

/** What the framer finds if the text comes in pieces of the given sizes. */
function frameInPieces(text: Buffer, sizes: readonly number[]): { found: unknown[]; blankLines: number } {
	const framer = createRecordFramer(OPTIONS);
	const found: unknown[] = [];
	let rest: Buffer = Buffer.alloc(0);
	let offset = 0;
	const cuts = [...sizes, text.length];
	for (let i = 0, start = 0; i < cuts.length; i++) {
		const end = i === cuts.length - 1 ? text.length : Math.min(text.length, start + (cuts[i] as number));
		rest = Buffer.concat([rest, text.subarray(start, end)]);
		start = end;
		const { records, consumed } = framer.frame(rest, i === cuts.length - 1);
		for (const [r, from] of records.starts.entries()) {
			const isOk = records.states[r] === RECORD_OK;
			found.push([
				offset + from,
				records.lines[r],
				records.states[r],
				isOk && records.fields[r],
				isOk && rest.toString('utf8', from, records.ends[r]),
			]);
		}
		offset += consumed;
		rest = rest.subarray(consumed);
	}
	return { found, blankLines: framer.counts().blankLines };
}

const text = fc
	.array(
		fc.constantFrom('a', 'bc', ',', ',', '\n', '\n', '\r\n', '\r', '"', '""', '"x"', 'long text of many letters'),
		{ maxLength: 50 },
	)
	.map((pieces) => Buffer.from(pieces.join('')));

test('records do not depend on where the text is cut into pieces', () => {
	fc.assert(
		fc.property(text, fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 40 }), (bytes, sizes) => {
			assert.deepEqual(frameInPieces(bytes, sizes), frameInPieces(bytes, []));
		}),
		{ numRuns: 3_000 },
	);
});

test('well-formed text is cut as csv-parse cuts it', () => {
	const field = fc.constantFrom('', 'a', '1', '"x,y"', '"two\nlines"', '"say ""hi"""', '"\r\n"');
	const row = fc.array(field, { minLength: 2, maxLength: 4 }).map((fields) => fields.join(','));
	fc.assert(
		fc.property(fc.array(row), fc.constantFrom('\n', '\r\n', '\r'), (rows, lineBreak) => {
			const bytes = Buffer.from(rows.join(lineBreak));
			const framer = createRecordFramer({ ...OPTIONS, maxRecordBytes: 1_000 });
			const { records, consumed } = framer.frame(bytes, true);
			const parsed: string[][] = parse(bytes, { relax_column_count: true, record_delimiter: ['\r\n', '\n', '\r'] });
			assert.equal(consumed, bytes.length);
			assert.deepEqual(
				records.fields,
				parsed.map((fields) => fields.length),
			);
			assert.ok(records.states.every((state) => state === RECORD_OK));
		}),
	);
});
