/**
 * What a trained part is made of, free of any file format: plain JSON and named arrays. src/artifacts
 * stores it; whoever made it can be rebuilt from it.
 */
export interface ModelState {
	/** JSON-serialisable settings and small tables. */
	readonly json: unknown;
	readonly tensors: Readonly<Record<string, TensorData>>;
}

export interface TensorData {
	readonly shape: readonly number[];
	/** Row-major. */
	readonly data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
}
