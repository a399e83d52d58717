import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Payload, PayloadCodec } from '@temporalio/common';
import { CounterfoilError } from '../contracts/errors.ts';

/** By its id; the first of several encrypts, all decrypt. */
export type PayloadKeys = ReadonlyMap<string, Uint8Array>;

const ENCODING = 'binary/encrypted';
const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const HINT =
	'KEY_ID=BASE64 of 32 random bytes (openssl rand -base64 32), the newest first, separated by commas or lines';

/** What is stored in a payload before it is encrypted, as JSON. */
interface Sealed {
	readonly metadata: Readonly<Record<string, string>>;
	readonly data: string;
}

/**
 * Encrypts what crosses the Temporal server by AES-256-GCM, each payload under a nonce of its own, the id of the key
 * beside it and bound to it. What was written before there were keys is still read.
 *
 * @throws CounterfoilError CONFIG_INVALID for a payload whose key is not known, or that was altered
 */
export function createPayloadCodec(keys: PayloadKeys): PayloadCodec {
	const [first] = keys;
	if (first === undefined) throw invalid('there is no key', 'payload keys');
	const [newest, newestKey] = first;
	const text = new TextEncoder();

	function seal(payload: Payload): Payload {
		const sealed: Sealed = {
			metadata: Object.fromEntries(
				Object.entries(payload.metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('base64')]),
			),
			data: Buffer.from(payload.data ?? []).toString('base64'),
		};
		const nonce = randomBytes(NONCE_BYTES);
		const cipher = createCipheriv(CIPHER, newestKey, nonce).setAAD(text.encode(newest));
		const data = Buffer.concat([nonce, cipher.update(JSON.stringify(sealed)), cipher.final(), cipher.getAuthTag()]);
		const metadata = { encoding: ENCODING, 'encryption-cipher': 'A256GCM', 'encryption-key-id': newest };
		return {
			metadata: Object.fromEntries(Object.entries(metadata).map(([name, value]) => [name, text.encode(value)])),
			data,
		};
	}

	function open(payload: Payload): Payload {
		if (wordOf(payload, 'encoding') !== ENCODING) return payload;
		const id = wordOf(payload, 'encryption-key-id');
		const key = keys.get(id);
		if (key === undefined) throw invalid('a payload was encrypted with a key that is not known here', `key ${id}`);
		const data = Buffer.from(payload.data ?? []);
		try {
			const decipher = createDecipheriv(CIPHER, key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES })
				.setAAD(text.encode(id))
				.setAuthTag(data.subarray(-TAG_BYTES));
			const plain = Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()]);
			const sealed = JSON.parse(plain.toString('utf8')) as Sealed;
			return {
				metadata: Object.fromEntries(
					Object.entries(sealed.metadata).map(([name, value]) => [name, new Uint8Array(Buffer.from(value, 'base64'))]),
				),
				data: new Uint8Array(Buffer.from(sealed.data, 'base64')),
			};
		} catch (cause) {
			throw invalid('a payload was altered, or its key is another one by the same id', `key ${id}`, cause);
		}
	}

	return {
		encode: async (payloads) => payloads.map(seal),
		decode: async (payloads) => payloads.map(open),
	};
}

/**
 * The keys that COUNTERFOIL_PAYLOAD_KEYS holds, or the file that COUNTERFOIL_PAYLOAD_KEYS_FILE names; null: nothing is
 * encrypted.
 *
 * @throws CounterfoilError CONFIG_INVALID, without any part of a key
 */
export function readPayloadKeys(env: NodeJS.ProcessEnv = process.env): PayloadKeys | null {
	const { COUNTERFOIL_PAYLOAD_KEYS: given, COUNTERFOIL_PAYLOAD_KEYS_FILE: file } = env;
	const [text, where] = given ? [given, 'COUNTERFOIL_PAYLOAD_KEYS'] : file ? [readKeyFile(file), file] : [null, ''];
	if (text === null) return null;
	const keys = new Map<string, Uint8Array>();
	for (const entry of text.split(/[,\n]/)) {
		const line = entry.trim();
		if (line === '' || line.startsWith('#')) continue;
		const cut = line.indexOf('=');
		const id = line.slice(0, cut).trim();
		const key = Buffer.from(line.slice(cut + 1).trim(), 'base64');
		if (cut < 1 || key.length !== KEY_BYTES || keys.has(id)) {
			throw invalid(`entry ${keys.size + 1} is no key of ${KEY_BYTES} bytes with an id of its own`, where);
		}
		keys.set(id, key);
	}
	if (keys.size === 0) throw invalid('there is no key', where);
	return keys;
}

function readKeyFile(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch (cause) {
		throw invalid('the file with the keys cannot be read', path, cause);
	}
}

function wordOf(payload: Payload, name: string): string {
	const value = payload.metadata?.[name];
	return value === undefined ? '' : new TextDecoder().decode(value);
}

function invalid(message: string, where: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('CONFIG_INVALID', message, { where, hint: HINT, cause });
}
