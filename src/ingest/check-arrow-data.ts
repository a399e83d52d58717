import {
	type Data,
	DataType,
	type Dictionary,
	type FixedSizeBinary,
	type FixedSizeList,
	UnionMode,
} from 'apache-arrow';

/**
 * Longest array that has no values of its own to back its length (null type, structs without fields). Anything
 * longer is a claim that only costs whoever believes it.
 */
const MAX_UNBACKED_LENGTH = 10_000_000;

/**
 * Checks that the lengths and offsets of Arrow data lie within its buffers, nested data included. apache-arrow
 * believes what the file claims, and the claims of a damaged file decide how long a loop runs and how much is
 * allocated ("Arrow Security Model": validate before use). Takes time in proportion to the buffers.
 *
 * @throws TypeError that says what does not fit.
 */
export function checkArrowData(data: Data): void {
	const { type, length, children } = data;
	if (!Number.isSafeInteger(length) || length < 0) throw new TypeError('an array has an impossible length');
	if (DataType.isNull(type)) {
		requireBacking(length, MAX_UNBACKED_LENGTH);
		return;
	}
	// The nulls of a union are those of its members.
	if (!DataType.isUnion(type) && data.nullCount > 0) requireBacking(length, data.nullBitmap.length * 8);
	for (const child of children) checkArrowData(child);

	if (DataType.isBool(type)) requireBacking(length, data.values.length * 8);
	else if (DataType.isUtf8View(type) || DataType.isBinaryView(type)) requireBacking(length, data.values.length / 16);
	else if (
		DataType.isUtf8(type) ||
		DataType.isLargeUtf8(type) ||
		DataType.isBinary(type) ||
		DataType.isLargeBinary(type)
	) {
		checkOffsets(data, data.values.length);
	} else if (DataType.isList(type) || DataType.isLargeList(type) || DataType.isMap(type)) {
		checkOffsets(data, requireChild(data).length);
	} else if (DataType.isFixedSizeList(type)) {
		const { listSize } = type as FixedSizeList;
		requireBacking(length, listSize > 0 ? requireChild(data).length / listSize : MAX_UNBACKED_LENGTH);
	} else if (DataType.isFixedSizeBinary(type)) {
		const { byteWidth } = type as FixedSizeBinary;
		requireBacking(length, byteWidth > 0 ? data.values.length / byteWidth : MAX_UNBACKED_LENGTH);
	} else if (DataType.isStruct(type)) {
		requireBacking(length, Math.min(MAX_UNBACKED_LENGTH, ...children.map((child) => child.length)));
	} else if (DataType.isUnion(type)) checkUnion(data);
	else if (DataType.isDictionary(type)) checkDictionary(data as Data<Dictionary>);
	else requireBacking(length, data.values.length / data.stride);
}

function requireBacking(length: number, most: number): void {
	if (length > most) throw new TypeError('its values end before its rows');
}

function requireChild(data: Data): Data {
	const [child] = data.children;
	if (child === undefined) throw new TypeError('its values are missing');
	return child;
}

/** Offsets have to ascend and stay within the values. */
function checkOffsets(data: Data, end: number): void {
	// No rows need no offsets.
	if (data.length === 0) return;
	const offsets = data.valueOffsets as Int32Array | BigInt64Array;
	if (offsets.length <= data.length) throw new TypeError('its offsets end before its rows');
	let previous = 0;
	for (let row = 0; row <= data.length; row++) {
		const offset = Number(offsets[row]);
		if (offset < previous) throw new TypeError('its offsets descend');
		previous = offset;
	}
	if (previous > end) throw new TypeError('its offsets lie outside of its values');
}

function checkUnion(data: Data): void {
	const { typeIds, children, length } = data;
	const type = data.type as DataType & { mode: UnionMode; typeIdToChildIndex: Record<number, number> };
	requireBacking(length, typeIds.length);
	const isDense = type.mode === UnionMode.Dense;
	if (isDense) requireBacking(length, data.valueOffsets.length);
	for (let row = 0; row < length; row++) {
		const child = children[type.typeIdToChildIndex[typeIds[row] as number] ?? -1];
		if (child === undefined) throw new TypeError('a row of a union has a type that the union does not');
		const index = isDense ? Number(data.valueOffsets[row]) : row;
		if (index < 0 || index >= child.length) throw new TypeError('a row of a union lies outside of its values');
	}
}

/** Codes are looked at where they are used; here only that there is something to look them up in. */
function checkDictionary(data: Data<Dictionary>): void {
	requireBacking(data.length, data.values.length);
	if (data.dictionary === undefined) throw new TypeError('its dictionary is missing');
	for (const piece of data.dictionary.data) checkArrowData(piece);
}
