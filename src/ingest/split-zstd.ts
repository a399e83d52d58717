import { CounterfoilError } from '../contracts/errors.ts';

const FRAME_MAGIC = 0xfd2fb528;
/** `184D2A50` to `184D2A5F`: frames that hold anything, to be skipped. */
const SKIPPABLE_MAGIC = 0x184d2a50;

/** What the bytes at hand are a part of. */
type Part = 'magic' | 'header' | 'block' | 'copy' | 'skip';

/**
 * Cuts zstd data where its frames end (RFC 8878, section 3), so that each piece belongs to one frame: zlib of Node
 * takes the end of a frame for the end of all, drops what follows it in the same piece, and does not say that a
 * frame was cut short. Skippable frames are left out.
 *
 * @param onTrailing told how many zero bytes of padding follow the last frame.
 * @throws INPUT_COMPRESSION_DAMAGED where a frame is cut short or is followed by other bytes.
 */
export async function* splitZstd(
	stored: AsyncIterable<Buffer>,
	where: string,
	onTrailing: (bytes: number) => void,
): AsyncGenerator<Buffer> {
	let part: Part = 'magic';
	let buffer: Buffer = Buffer.alloc(0);
	/** Bytes that are still to be handed on, or skipped. */
	let left = 0;
	let isLastBlock = false;
	let hasChecksum = false;
	let padding = 0;

	for await (const piece of stored) {
		buffer = buffer.length === 0 ? piece : Buffer.concat([buffer, piece]);
		let at = 0;
		let from = 0;
		for (;;) {
			const available = buffer.length - at;
			if (part === 'copy' || part === 'skip') {
				const step = Math.min(left, available);
				at += step;
				left -= step;
				if (part === 'skip') from = at;
				if (left > 0) break;
				if (part === 'copy' && !isLastBlock) {
					part = 'block';
					continue;
				}
				if (at > from) yield buffer.subarray(from, at);
				from = at;
				part = 'magic';
			} else if (part === 'magic') {
				if (padding > 0 || (available > 0 && buffer[at] === 0)) {
					if (buffer.subarray(at).some((byte) => byte !== 0)) throw foreign(where);
					padding += available;
					at = from = buffer.length;
					break;
				}
				if (available < 8) break;
				const magic = buffer.readUInt32LE(at);
				if (magic === FRAME_MAGIC) part = 'header';
				else if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE_MAGIC) {
					left = buffer.readUInt32LE(at + 4);
					at += 8;
					from = at;
					part = 'skip';
				} else throw foreign(where);
			} else if (part === 'header') {
				const descriptor = buffer[at + 4] as number;
				const length = headerLength(descriptor);
				if (available < length) break;
				hasChecksum = (descriptor & 4) !== 0;
				at += length;
				part = 'block';
			} else {
				if (available < 3) break;
				const header = buffer.readUIntLE(at, 3);
				const type = (header >> 1) & 3;
				if (type === 3) throw damaged(where, 'a block has a type that does not exist');
				isLastBlock = (header & 1) === 1;
				// A run of one byte (type 1) is stored as that byte.
				left = (type === 1 ? 1 : header >> 3) + (isLastBlock && hasChecksum ? 4 : 0);
				at += 3;
				part = 'copy';
			}
		}
		if (at > from) yield buffer.subarray(from, at);
		buffer = buffer.subarray(at);
	}
	if (part === 'magic' && buffer.length > 0 && buffer.length < 8) throw foreign(where);
	if (part !== 'magic') {
		throw new CounterfoilError('INPUT_COMPRESSION_DAMAGED', 'The zstd data is cut short.', {
			where,
			hint: 'Fetch the file again, or keep what is there: zstd -dc FILE > part.csv',
		});
	}
	onTrailing(padding);
}

/** Magic, descriptor, window, dictionary and size of the content. */
function headerLength(descriptor: number): number {
	const isSingleSegment = (descriptor & 32) !== 0;
	const dictionary = [0, 1, 2, 4][descriptor & 3] as number;
	const size = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] as number;
	return 5 + (isSingleSegment ? 0 : 1) + dictionary + size;
}

function foreign(where: string): CounterfoilError {
	return new CounterfoilError('INPUT_COMPRESSION_DAMAGED', 'The zstd data is followed by bytes that are not zstd.', {
		where,
		hint: 'If they do not matter, decompress the file first: zstd -dc FILE > table.csv',
	});
}

function damaged(where: string, reason: string): CounterfoilError {
	return new CounterfoilError('INPUT_COMPRESSION_DAMAGED', `The zstd data is damaged: ${reason}.`, {
		where,
		hint: 'Check the file with: zstd -t FILE',
	});
}
