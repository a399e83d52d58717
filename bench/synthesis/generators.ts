/** Names of what makes rows, as the results have them. */
export const OURS = 'counterfoil';
export const FLOOR = 'independent columns (floor)';
export const CEILING = 'real rows (ceiling)';
export const CTGAN = 'ctgan';
export const MOSTLYAI = 'mostlyai-engine';

export interface PeerGenerator {
	readonly name: string;
	/** As `bench/peers/synthesize.py` knows it. */
	readonly program: 'ctgan' | 'mostlyai';
	/** Whether its training is cut to the time that ours takes. */
	readonly isCut: boolean;
}

/** @param full with what takes hours */
export function listPeers(full: boolean): PeerGenerator[] {
	return [
		{ name: MOSTLYAI, program: 'mostlyai', isCut: false },
		{ name: `${CTGAN}, our time`, program: 'ctgan', isCut: true },
		...(full ? [{ name: `${CTGAN}, 300 epochs`, program: 'ctgan' as const, isCut: false }] : []),
	];
}
