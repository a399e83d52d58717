import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { defaultPayloadConverter } from '@temporalio/common';
import { createPayloadCodec, readPayloadKeys } from '../../src/runtime/payload-codec.ts';
import { fc } from '../properties.ts';
import { temporaryFolder } from '../store/on-both-stores.ts';

const key = () => randomBytes(32);

test('what is encrypted comes back as it was, and is never twice the same', async () => {
	const codec = createPayloadCodec(new Map([['a', key()]]));
	await fc.assert(
		fc.asyncProperty(fc.jsonValue(), async (value) => {
			const plain = defaultPayloadConverter.toPayload(value);
			const [sealed] = await codec.encode([plain]);
			const [again] = await codec.encode([plain]);
			assert.ok(sealed?.data && again?.data);
			assert.notDeepEqual(sealed.data, again.data);
			const [opened] = await codec.decode([sealed]);
			assert.ok(opened);
			assert.deepEqual(defaultPayloadConverter.fromPayload(opened), defaultPayloadConverter.fromPayload(plain));
		}),
		{ numRuns: 50 },
	);
});

test('after a rotation the newest key encrypts and the older ones decrypt', async () => {
	const [older, newer] = [key(), key()];
	const before = createPayloadCodec(new Map([['2025', older]]));
	const after = createPayloadCodec(
		new Map([
			['2026', newer],
			['2025', older],
		]),
	);
	const plain = defaultPayloadConverter.toPayload({ rows: 3 });
	const sealed = await before.encode([plain]);
	assert.deepEqual(defaultPayloadConverter.fromPayload((await after.decode(sealed))[0] ?? {}), { rows: 3 });
	const [fresh] = await after.encode([plain]);
	assert.equal(new TextDecoder().decode(fresh?.metadata?.['encryption-key-id'] ?? new Uint8Array()), '2026');
	await assert.rejects(before.decode([fresh ?? {}]), { code: 'CONFIG_INVALID', where: 'key 2026' });
	assert.deepEqual(await after.decode([plain]), [plain], 'what was written before there were keys');
});

test('an altered payload, and one under the name of another key, is refused', async () => {
	const codec = createPayloadCodec(
		new Map([
			['a', key()],
			['b', key()],
		]),
	);
	const [sealed] = await codec.encode([defaultPayloadConverter.toPayload('x')]);
	const altered = new Uint8Array(sealed?.data ?? []);
	altered[20] = (altered[20] ?? 0) ^ 1;
	await assert.rejects(codec.decode([{ ...sealed, data: altered }]), { code: 'CONFIG_INVALID' });
	for (const length of [0, 3, 15, 27]) {
		const data = sealed?.data?.subarray(0, length) ?? new Uint8Array();
		await assert.rejects(codec.decode([{ ...sealed, data }]), { code: 'CONFIG_INVALID' });
	}
	const metadata = { ...sealed?.metadata, 'encryption-key-id': new TextEncoder().encode('b') };
	await assert.rejects(codec.decode([{ ...sealed, metadata }]), { code: 'CONFIG_INVALID' });
});

test('keys come from the environment or a file, and no part of one is in an error', (t) => {
	const [a, b] = [key().toString('base64'), key().toString('base64')];
	assert.equal(readPayloadKeys({}), null);
	assert.deepEqual(
		[...(readPayloadKeys({ COUNTERFOIL_PAYLOAD_KEYS: `x=${a}, y=${b}` }) ?? [])].map(([id]) => id),
		['x', 'y'],
	);
	const file = join(temporaryFolder(t), 'keys');
	writeFileSync(file, `# newest first\ny=${b}\nx=${a}\n`);
	assert.deepEqual(
		[...(readPayloadKeys({ COUNTERFOIL_PAYLOAD_KEYS_FILE: file }) ?? [])].map(([id]) => id),
		['y', 'x'],
	);
	for (const wrong of [`x=${a.slice(0, 20)}`, a, `x=${a},x=${b}`, '#']) {
		assert.throws(
			() => readPayloadKeys({ COUNTERFOIL_PAYLOAD_KEYS: wrong }),
			(error: Error & { code?: string; hint?: string }) =>
				error.code === 'CONFIG_INVALID' && !`${error.message}${error.hint}`.includes(a.slice(0, 10)),
		);
	}
});
