/**
 * Whether the first message of Arrow IPC data is a schema that declares big-endian values. apache-arrow does
 * not look at it and would read other numbers than were written.
 *
 * The message is a flatbuffer: Message { version, header_type, header, bodyLength }, header: Schema
 * { endianness: short, ... } (Schema.fbs and Message.fbs of the Arrow format).
 */
export function isBigEndianSchema(head: Buffer): boolean {
	try {
		const start = head.readInt32LE(0) === -1 ? 8 : 4;
		const message = start + head.readUInt32LE(start);
		const header = fieldAt(head, message, 2);
		if (header === null) return false;
		const schema = header + head.readUInt32LE(header);
		const endianness = fieldAt(head, schema, 0);
		return endianness !== null && head.readInt16LE(endianness) === 1;
	} catch {
		// Too short or not Arrow at all: the reader says what is wrong with it.
		return false;
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
