import { TextDecoder } from 'node:util';
import { CounterfoilError } from '../contracts/errors.ts';
import type { ModelState, TensorData } from '../contracts/model-state.ts';

/** Types of safetensors that we write, with the typed array and the bytes of each. */
const DTYPES = {
	F32: { array: Float32Array, size: 4 },
	F64: { array: Float64Array, size: 8 },
	I32: { array: Int32Array, size: 4 },
	U32: { array: Uint32Array, size: 4 },
	U8: { array: Uint8Array, size: 1 },
} as const;
type DtypeName = keyof typeof DTYPES;

const FORMAT = 'counterfoil-model';
const VERSION = '1';
/** As in the reference implementation. */
const MAX_HEADER_BYTES = 100_000_000;

/**
 * A model as a safetensors file: 8 bytes of little-endian header length, a JSON header padded with spaces to
 * a multiple of 8, then the tensors without gaps, widest type first and then by name, so that each is aligned
 * to its type. The settings are the string `json` in `__metadata__`. Equal states give equal bytes.
 *
 * Source: https://github.com/huggingface/safetensors#format
 */
export function encodeModel(state: ModelState): Uint8Array {
	const tensors = Object.entries(state.tensors)
		.map(([name, tensor]) => ({ name, tensor, dtype: dtypeOf(name, tensor) }))
		.sort((a, b) => DTYPES[b.dtype].size - DTYPES[a.dtype].size || (a.name < b.name ? -1 : 1));
	const metadata = { format: FORMAT, version: VERSION, json: JSON.stringify(state.json ?? null) };
	const entries = [`"__metadata__":${JSON.stringify(metadata)}`];
	let bytes = 0;
	for (const { name, tensor, dtype } of tensors) {
		const entry = { dtype, shape: tensor.shape, data_offsets: [bytes, bytes + tensor.data.byteLength] };
		bytes += tensor.data.byteLength;
		entries.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`);
	}
	const text = Buffer.from(`{${entries.join(',')}}`);
	const headerBytes = Math.ceil(text.length / 8) * 8;
	const file = Buffer.alloc(8 + headerBytes + bytes);
	file.writeBigUInt64LE(BigInt(headerBytes), 0);
	text.copy(file, 8);
	file.fill(' ', 8 + text.length, 8 + headerBytes);
	let position = 8 + headerBytes;
	for (const { tensor } of tensors) {
		const { buffer, byteOffset, byteLength } = tensor.data;
		file.set(new Uint8Array(buffer, byteOffset, byteLength), position);
		position += byteLength;
	}
	return new Uint8Array(file.buffer, file.byteOffset, file.byteLength);
}

/**
 * @throws MODEL_INVALID unless every byte is accounted for: lengths within the file, known types, shapes that
 * fit their bytes, tensors that neither overlap nor leave gaps.
 */
export function decodeModel(file: Uint8Array): ModelState {
	const { header, body } = splitFile(file);
	const { __metadata__: metadata, ...entries } = header;
	const json = readSettings(metadata);
	const tensors = Object.entries(entries).map(([name, entry]) => readEntry(name, entry, body.byteLength));
	let end = 0;
	for (const { name, from, to } of tensors.toSorted((a, b) => a.from - b.from || a.to - b.to)) {
		if (from !== end) throw invalid(`Tensor "${name}" starts at byte ${from} of the data instead of ${end}.`);
		end = to;
	}
	if (end !== body.byteLength) throw invalid(`The data has ${body.byteLength - end} bytes too many.`);
	const loaded = tensors.map(({ name, dtype, shape, from, to }): [string, TensorData] => {
		// A copy, aligned and of nothing else; `slice` would not copy where the file was read into a Buffer.
		const data = new DTYPES[dtype].array(new Uint8Array(body.subarray(from, to)).buffer);
		return [name, { shape, data }];
	});
	return { json, tensors: Object.fromEntries(loaded) };
}

function splitFile(file: Uint8Array): { header: Record<string, unknown>; body: Uint8Array } {
	if (file.byteLength < 8) throw invalid('The file is shorter than its header.');
	const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
	const length = view.getBigUint64(0, true);
	if (length > BigInt(Math.min(MAX_HEADER_BYTES, file.byteLength - 8))) {
		throw invalid('The header is longer than the file or the limit.');
	}
	const start = 8 + Number(length);
	const header = parseJson(new TextDecoder('utf-8', { fatal: true }), file.subarray(8, start));
	if (!isRecord(header)) throw invalid('The header is not an object.');
	return { header, body: file.subarray(start) };
}

function parseJson(decoder: TextDecoder, bytes: Uint8Array): unknown {
	try {
		return JSON.parse(decoder.decode(bytes));
	} catch (error) {
		throw invalid('The header is not JSON.', error);
	}
}

function readSettings(metadata: unknown): unknown {
	if (!isRecord(metadata) || metadata.format !== FORMAT || typeof metadata.json !== 'string') {
		throw invalid('The file is not a counterfoil model.');
	}
	if (metadata.version !== VERSION) {
		throw new CounterfoilError('MODEL_INVALID', 'The model file was written in another version of the format.', {
			hint: 'Use the version of counterfoil that wrote it, or train the model again.',
		});
	}
	try {
		return JSON.parse(metadata.json);
	} catch (error) {
		throw invalid('The settings are not JSON.', error);
	}
}

interface Entry {
	readonly name: string;
	readonly dtype: DtypeName;
	readonly shape: readonly number[];
	readonly from: number;
	readonly to: number;
}

function readEntry(name: string, entry: unknown, bytes: number): Entry {
	if (!isRecord(entry)) throw invalid(`Tensor "${name}" is not described.`);
	const { dtype, shape, data_offsets: offsets } = entry;
	if (typeof dtype !== 'string' || !isDtype(dtype)) throw invalid(`Tensor "${name}" has a type that is not known.`);
	if (!isSizes(shape)) throw invalid(`Tensor "${name}" has an invalid shape.`);
	if (!isSizes(offsets) || offsets.length !== 2) throw invalid(`Tensor "${name}" has invalid offsets.`);
	const [from, to] = offsets as [number, number];
	if (from > to || to > bytes) throw invalid(`Tensor "${name}" lies outside of the file.`);
	const size = shape.reduce((product, length) => product * length, 1);
	if (size * DTYPES[dtype].size !== to - from) throw invalid(`Tensor "${name}" does not have the size of its shape.`);
	return { name, dtype, shape, from, to };
}

function dtypeOf(name: string, tensor: TensorData): DtypeName {
	const found = Object.entries(DTYPES).find(([, { array }]) => tensor.data instanceof array);
	const size = tensor.shape.reduce((product, length) => product * length, 1);
	if (found === undefined || size !== tensor.data.length || name === '__metadata__') {
		throw new CounterfoilError('INTERNAL', `Tensor "${name}" does not have the size of its shape.`);
	}
	return found[0] as DtypeName;
}

function isDtype(name: string): name is DtypeName {
	return Object.hasOwn(DTYPES, name);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
	return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function invalid(reason: string, cause?: unknown): CounterfoilError {
	return new CounterfoilError('MODEL_INVALID', `The model file is damaged. ${reason}`, {
		hint: 'Restore it from a backup, or train the model again.',
		cause,
	});
}
