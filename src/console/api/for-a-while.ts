/** What was worked out last, for as long as it is fresh; many who ask at once have it worked out once. */
export function forAWhile<Result>(work: () => Promise<Result>, freshMs: number, now = Date.now): () => Promise<Result> {
	let last: { readonly result: Promise<Result>; readonly atMs: number } | null = null;
	return () => {
		if (last !== null && now() - last.atMs < freshMs) return last.result;
		const own = { result: work(), atMs: now() };
		last = own;
		own.result.catch(() => {
			if (last === own) last = null;
		});
		return own.result;
	};
}
