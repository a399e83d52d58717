/** 32-bit hash of a text: FNV-1a steps, then the finaliser of MurmurHash3. Other `start`, other hash. */
export function hashText(text: string, start: number): number {
	let hash = start;
	for (let i = 0; i < text.length; i++) hash = hashStep(hash, text.charCodeAt(i));
	return finishHash(hash);
}

/** One unit of the text. */
export function hashStep(hash: number, unit: number): number {
	return Math.imul(hash ^ unit, 0x01000193);
}

export function finishHash(hash: number): number {
	let h = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}
