import { InvalidArgumentError } from 'commander';
import type { InputLimits } from '../contracts/run-config.ts';
import { parseDuration } from './parse-arguments.ts';

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** `memory=8GiB` as one of the limits, added to those named before. */
export function parseLimit(text: string, before: Partial<InputLimits> = {}): Partial<InputLimits> {
	const [name, value = ''] = text.split('=', 2);
	switch (name) {
		case 'record':
			return { ...before, recordBytes: parseBytes(value) };
		case 'field':
			return { ...before, fieldBytes: parseBytes(value) };
		case 'header':
			return { ...before, headerBytes: parseBytes(value) };
		case 'decompressed':
			return { ...before, decompressedBytes: parseBytes(value) };
		case 'memory':
			return { ...before, memoryMb: Math.max(1, Math.round(parseBytes(value) / 1024 ** 2)) };
		case 'columns':
			return { ...before, columns: parseCount(value) };
		case 'ratio':
			return { ...before, compressionRatio: parseCount(value) };
		case 'stall':
			return { ...before, stallSeconds: parseDuration(value) };
		default:
			throw new InvalidArgumentError(
				'Limits are record, field, header, decompressed, memory, columns, ratio and stall.',
			);
	}
}

function parseBytes(text: string): number {
	const [, digits = '', unit = ''] = /^(\d+(?:\.\d+)?)\s*([kmg]?)(?:i?b)?$/i.exec(text) ?? [];
	const bytes = Math.round(Number(digits) * (UNITS[unit.toLowerCase()] as number));
	if (digits === '' || !(bytes > 0)) throw new InvalidArgumentError('Bytes are written such as 8MiB or 100GB.');
	return bytes;
}

function parseCount(text: string): number {
	if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It is a whole number.');
	return Number(text);
}
