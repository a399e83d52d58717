/**
 * Whether Arrow data declares big-endian values. apache-arrow does not look at it and would read other numbers
 * than were written. The flag is in the schema, which is in the first message of a stream and in the footer of a
 * file, both flatbuffers (Schema.fbs, Message.fbs and File.fbs of the Arrow format):
 *
 *     Message { version, header_type, header: Schema, bodyLength }   Footer { version, schema: Schema, ... }
 *     Schema { endianness: short, fields }
 */
export function isBigEndianStream(head: Buffer): boolean {
	return readFlag(head, () => {
		const start = head.readInt32LE(0) === -1 ? 8 : 4;
		return { table: start + head.readUInt32LE(start), field: 2 };
	});
}

/** @param footer without its length and the magic bytes after it. */
export function isBigEndianFooter(footer: Buffer): boolean {
	return readFlag(footer, () => ({ table: footer.readUInt32LE(0), field: 1 }));
}

function readFlag(bytes: Buffer, findSchema: () => { table: number; field: number }): boolean {
	try {
		const { table, field } = findSchema();
		const pointer = fieldAt(bytes, table, field);
		if (pointer === null) return false;
		const endianness = fieldAt(bytes, pointer + bytes.readUInt32LE(pointer), 0);
		return endianness !== null && bytes.readInt16LE(endianness) === 1;
	} catch (error) {
		// Too short or not Arrow at all: the reader says what is wrong with it.
		if (error instanceof RangeError) return false;
		throw error;
	}
}

/** Position of a field of a flatbuffer table, or null where it has its default. */
function fieldAt(bytes: Buffer, table: number, field: number): number | null {
	const vtable = table - bytes.readInt32LE(table);
	const slot = 4 + 2 * field;
	if (slot >= bytes.readUInt16LE(vtable)) return null;
	const offset = bytes.readUInt16LE(vtable + slot);
	return offset === 0 ? null : table + offset;
}
