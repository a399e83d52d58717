import { type Data, DataType, type Field, Precision, Type, UnionMode, type Vector } from 'apache-arrow';

/** The text of a valid slot; null where it is missing all the same, as in a union. */
export type TextReader = (data: Data, row: number) => string | null;

type JsonReader = (data: Data, row: number) => string;

const MAX_SAFE = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * How the values of lists, structs, maps and unions become JSON, in the same form as those of Parquet: whole numbers
 * beyond 2^53, decimals, dates and bytes are texts as they are in columns, keys that occur twice are there twice. The
 * library's own way drops such keys and rounds.
 *
 * @param createTextReader for types that become text
 * @throws TypeError for a type that has no such form.
 */
export function createNestedReader(type: DataType, createTextReader: (type: DataType) => TextReader): TextReader {
	const read = createReader(type, createTextReader);
	return (data, row) => {
		const json = read(data, row);
		return json === 'null' ? null : json;
	};
}

function createReader(type: DataType, createTextReader: (type: DataType) => TextReader): JsonReader {
	const read = createValueReader(type, createTextReader);
	// The nulls of a union are those of its members.
	if (DataType.isUnion(type)) return read;
	return (data, row) => (data.getValid(row) ? read(data, row) : 'null');
}

function createValueReader(type: DataType, createTextReader: (type: DataType) => TextReader): JsonReader {
	const ofType = (inner: DataType): JsonReader => createReader(inner, createTextReader);
	const ofChildren = (): JsonReader[] => type.children.map((field) => ofType(field.type));
	switch (type.typeId) {
		case Type.Null:
			return () => 'null';
		case Type.Bool: {
			const read = createTextReader(type);
			return (data, row) => read(data, row) ?? 'null';
		}
		case Type.Int:
			return (data, row) => {
				const value = data.values[row] as number | bigint;
				if (typeof value === 'number' || (value >= -MAX_SAFE && value <= MAX_SAFE)) return String(value);
				return JSON.stringify(String(value));
			};
		case Type.Float: {
			const isHalf = DataType.isFloat(type) && type.precision === Precision.HALF;
			const read = isHalf ? createTextReader(type) : null;
			return (data, row) => JSON.stringify(Number(read === null ? data.values[row] : read(data, row)));
		}
		case Type.Dictionary:
			return createDictionaryReader(ofType((type as DataType & { dictionary: DataType }).dictionary));
		case Type.List:
		case Type.LargeList: {
			const [read] = ofChildren() as [JsonReader];
			return (data, row) => `[${readAll(read, data, ...spanOf(data, row)).join(',')}]`;
		}
		case Type.FixedSizeList: {
			const [read] = ofChildren() as [JsonReader];
			const { listSize } = type as DataType & { listSize: number };
			return (data, row) => `[${readAll(read, data, row * listSize, (row + 1) * listSize).join(',')}]`;
		}
		case Type.Struct: {
			const readers = ofChildren();
			const keys = type.children.map((field) => JSON.stringify(field.name ?? ''));
			return (data, row) => {
				const pairs = readers.map((read, i) => `${keys[i]}:${read(data.children[i] as Data, row)}`);
				return `{${pairs.join(',')}}`;
			};
		}
		case Type.Map: {
			const [readKey, readValue] = ((type.children[0] as Field).type.children as Field[]).map((field) =>
				ofType(field.type),
			) as [JsonReader, JsonReader];
			return (data, row) => {
				const [keys, values] = (data.children[0] as Data).children as [Data, Data];
				const [from, to] = spanOf(data, row);
				const pairs = Array.from({ length: to - from }, (_, i) => {
					const key = readKey(keys, from + i);
					return `${key.startsWith('"') ? key : JSON.stringify(key)}:${readValue(values, from + i)}`;
				});
				return `{${pairs.join(',')}}`;
			};
		}
		case Type.Union: {
			const readers = ofChildren();
			const { mode, typeIdToChildIndex } = type as DataType & {
				mode: UnionMode;
				typeIdToChildIndex: Record<number, number>;
			};
			return (data, row) => {
				const child = typeIdToChildIndex[data.typeIds[row] as number] as number;
				const at = mode === UnionMode.Dense ? Number(data.valueOffsets[row]) : row;
				return (readers[child] as JsonReader)(data.children[child] as Data, at);
			};
		}
		default: {
			const read = createTextReader(type);
			const isJson = type.typeId === Type.Interval;
			return (data, row) => {
				const text = read(data, row);
				return text === null ? 'null' : isJson ? text : JSON.stringify(text);
			};
		}
	}
}

function spanOf(data: Data, row: number): [from: number, to: number] {
	const offsets = data.valueOffsets as Int32Array | BigInt64Array;
	return [Number(offsets[row]), Number(offsets[row + 1])];
}

function readAll(read: JsonReader, data: Data, from: number, to: number): string[] {
	return Array.from({ length: to - from }, (_, i) => read(data.children[0] as Data, from + i));
}

/** The values of a dictionary are turned into text once. */
function createDictionaryReader(read: JsonReader): JsonReader {
	let known: Vector | undefined;
	let texts: string[] = [];
	return (data, row) => {
		const { dictionary } = data;
		if (dictionary === undefined) throw new TypeError('its dictionary is missing');
		if (dictionary !== known) {
			texts = dictionary.data.flatMap((piece) => Array.from({ length: piece.length }, (_, i) => read(piece, i)));
			known = dictionary;
		}
		const text = texts[Number(data.values[row])];
		if (text === undefined) throw new TypeError('a code is not in its dictionary');
		return text;
	};
}
