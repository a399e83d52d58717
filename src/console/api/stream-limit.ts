import { CounterfoilError } from '../../contracts/errors.ts';

/** How many streams of events are open at once. */
export interface StreamLimit {
	/** @returns a function that gives the place back. @throws TOO_MANY_REQUESTS */
	open(who: string): () => void;
}

export function createStreamLimit({
	most,
	mostEach,
}: {
	readonly most: number;
	readonly mostEach: number;
}): StreamLimit {
	const open = new Map<string, number>();
	let total = 0;
	return {
		open(who) {
			const own = open.get(who) ?? 0;
			if (total >= most || own >= mostEach) {
				throw new CounterfoilError('TOO_MANY_REQUESTS', 'Too many streams are open.', {
					hint: 'close other windows of the console',
				});
			}
			total += 1;
			open.set(who, own + 1);
			let isOpen = true;
			return () => {
				if (!isOpen) return;
				isOpen = false;
				total -= 1;
				const left = (open.get(who) ?? 1) - 1;
				if (left === 0) open.delete(who);
				else open.set(who, left);
			};
		},
	};
}
