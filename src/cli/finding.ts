/** One thing that counterfoil needs or can use. */
export interface Finding {
	readonly name: string;
	/** `missing`: nothing works without it; `warning`: less works, or slower; `optional`: not there, rarely needed. */
	readonly status: 'ok' | 'warning' | 'missing' | 'optional';
	readonly words: string;
	/** What to do about it. */
	readonly remedy: string | null;
	/** The figures behind the words. */
	readonly details: Readonly<Record<string, unknown>>;
}

export function finding(
	name: string,
	status: Finding['status'],
	words: string,
	remedy: string | null,
	details: Finding['details'],
): Finding {
	return { name, status, words, remedy, details };
}
