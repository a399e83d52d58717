/** 32-bit hash of a text: FNV-1a steps, then the finaliser of MurmurHash3. Other `start`, other hash. */
export function hashText(text: string, start: number): number {
	let h = start;
	for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
	h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
	h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
	return (h ^ (h >>> 16)) >>> 0;
}
