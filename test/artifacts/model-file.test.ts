import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodeModel, encodeModel } from '../../src/artifacts/model-file.ts';
import type { ModelState, TensorData } from '../../src/contracts/model-state.ts';
import { fc } from '../properties.ts';

const ARRAYS = [Float32Array, Float64Array, Int32Array, Uint32Array, Uint8Array] as const;

const tensor: fc.Arbitrary<TensorData> = fc
	.tuple(
		fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }),
		fc.constantFrom(...ARRAYS),
		fc.infiniteStream(fc.oneof(fc.integer(), fc.double())),
	)
	.map(([shape, ArrayType, values]) => {
		const size = shape.reduce((product, length) => product * length, 1);
		return { shape, data: ArrayType.from([...values.take(size)]) };
	});
const state: fc.Arbitrary<ModelState> = fc.record({
	json: fc.jsonValue(),
	tensors: fc
		.array(fc.tuple(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'critic/0/kernel', '1')), tensor))
		.map((entries) => Object.fromEntries(entries.filter(([name]) => name !== '__metadata__'))),
});

/** JSON has no -0. */
const plain = (json: unknown): unknown => JSON.parse(JSON.stringify(json));

test('any state comes back exactly, and equal states give equal bytes', () => {
	fc.assert(
		fc.property(state, (model) => {
			const bytes = encodeModel(model);
			const decoded = decodeModel(bytes);
			assert.deepStrictEqual(decoded.json, plain(model.json));
			assert.deepStrictEqual(decoded.tensors, model.tensors);
			const reordered = Object.fromEntries(Object.entries(model.tensors).reverse());
			assert.deepEqual(encodeModel({ json: model.json, tensors: reordered }), bytes);
		}),
	);
});

test('a file that the safetensors package for Python wrote is read', () => {
	// from safetensors.numpy import save  # safetensors 0.8
	// save({'w': np.array([[1, 2], [3, 4]], np.float32), 'n': np.array([-1], np.int32)},
	//      metadata={'format': 'counterfoil-model', 'version': '1', 'json': '{"a":1}'})
	const python =
		'wAAAAAAAAAB7Il9fbWV0YWRhdGFfXyI6eyJ2ZXJzaW9uIjoiMSIsImpzb24iOiJ7XCJhXCI6MX0iLCJmb3JtYXQiOiJjb3VudGVyZm9pbC1t' +
		'b2RlbCJ9LCJ3Ijp7ImR0eXBlIjoiRjMyIiwic2hhcGUiOlsyLDJdLCJkYXRhX29mZnNldHMiOlswLDE2XX0sIm4iOnsiZHR5cGUiOiJJMzIi' +
		'LCJzaGFwZSI6WzFdLCJkYXRhX29mZnNldHMiOlsxNiwyMF19fSAAAIA/AAAAQAAAQEAAAIBA/////w==';
	assert.deepStrictEqual(decodeModel(Buffer.from(python, 'base64')), {
		json: { a: 1 },
		tensors: { w: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) }, n: { shape: [1], data: Int32Array.of(-1) } },
	});
});

test('tensors are aligned to their type without gaps', () => {
	const bytes = encodeModel({
		json: null,
		tensors: {
			a: { shape: [3], data: Uint8Array.of(1, 2, 3) },
			b: { shape: [1], data: Float64Array.of(0.5) },
			c: { shape: [1], data: Float32Array.of(2) },
		},
	});
	const header = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
	assert.equal(header % 8, 0);
	assert.equal(bytes.length, header + 8 + 4 + 3);
	assert.equal(new DataView(bytes.buffer, bytes.byteOffset).getFloat64(header, true), 0.5);
});

function fileOf(header: unknown, data: number): Uint8Array {
	const text = typeof header === 'string' ? header : JSON.stringify(header);
	const bytes = Buffer.alloc(8 + Buffer.byteLength(text) + data);
	bytes.writeBigUInt64LE(BigInt(Buffer.byteLength(text)), 0);
	bytes.write(text, 8);
	return bytes;
}

test('a file that does not add up is refused', () => {
	const __metadata__ = { format: 'counterfoil-model', version: '1', json: '{}' };
	const f32 = (shape: unknown, from: number, to: number): object => ({ dtype: 'F32', shape, data_offsets: [from, to] });
	assert.deepEqual(decodeModel(fileOf({ __metadata__, w: f32([1], 0, 4) }, 4)).tensors.w?.shape, [1]);
	for (const [reason, file] of Object.entries({
		'no bytes': new Uint8Array(0),
		'header beyond the file': Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 1]),
		'no JSON': fileOf('{', 0),
		'no object': fileOf('[]', 0),
		'no UTF-8': Buffer.concat([fileOf('', 0).fill(1, 0, 1), Buffer.from([0xff])]),
		'no metadata': fileOf({ w: f32([1], 0, 4) }, 4),
		'other format': fileOf({ __metadata__: { ...__metadata__, format: 'pt' } }, 0),
		'other version': fileOf({ __metadata__: { ...__metadata__, version: '2' } }, 0),
		'settings no JSON': fileOf({ __metadata__: { ...__metadata__, json: '{' } }, 0),
		'unknown type': fileOf({ __metadata__, w: { dtype: 'F16', shape: [2], data_offsets: [0, 4] } }, 4),
		'inherited type': fileOf({ __metadata__, w: { dtype: 'toString', shape: [2], data_offsets: [0, 4] } }, 4),
		'no tensor': fileOf({ __metadata__, w: 1 }, 0),
		'negative shape': fileOf({ __metadata__, w: f32([-1, -1], 0, 4) }, 4),
		'huge shape': fileOf({ __metadata__, w: f32([2 ** 40, 2 ** 40], 0, 4) }, 4),
		'fractional shape': fileOf({ __metadata__, w: f32([0.5, 2], 0, 4) }, 4),
		'wrong size': fileOf({ __metadata__, w: f32([2], 0, 4) }, 4),
		'out of range': fileOf({ __metadata__, w: f32([1], 4, 8) }, 4),
		'end before start': fileOf({ __metadata__, w: f32([1], 4, 0) }, 4),
		overlap: fileOf({ __metadata__, v: f32([1], 0, 4), w: f32([1], 0, 4) }, 4),
		gap: fileOf({ __metadata__, v: f32([1], 0, 4), w: f32([1], 8, 12) }, 12),
		'bytes too many': fileOf({ __metadata__, w: f32([1], 0, 4) }, 8),
	})) {
		assert.throws(() => decodeModel(file), { code: 'MODEL_INVALID' }, reason);
	}
});

test('a state that does not add up is not written', () => {
	const data = new Float32Array(3);
	assert.throws(() => encodeModel({ json: null, tensors: { w: { shape: [2], data } } }), { code: 'INTERNAL' });
});

test('a file that was read into a Buffer, which need not be aligned, comes back the same', () => {
	const state: ModelState = {
		json: { kind: 'example' },
		tensors: {
			wide: { shape: [2], data: Float64Array.of(1.5, -2) },
			narrow: { shape: [3], data: Float32Array.of(1, 2, 3) },
		},
	};
	const bytes = encodeModel(state);
	const pool = Buffer.alloc(bytes.length + 3);
	pool.set(bytes, 3);
	assert.deepEqual(decodeModel(pool.subarray(3)), state);
});
