/**
 * The choice at which the running sum of shares passes `mark`; never one of share 0.
 *
 * @param shares of which those from `start` on are the choices'; they sum to 1
 * @param mark uniform in [0, 1)
 * @returns 0 to count - 1
 */
export function drawChoice(shares: ArrayLike<number>, start: number, count: number, mark: number): number {
	let left = mark;
	let last = 0;
	for (let choice = 0; choice < count; choice++) {
		const own = shares[start + choice] as number;
		if (own <= 0) continue;
		last = choice;
		left -= own;
		if (left < 0) break;
	}
	return last;
}
