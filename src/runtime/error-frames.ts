/** The calls that led to an error and to its causes, innermost last; without their messages. */
export function framesOf(error: unknown): readonly { readonly name: string; readonly frames: readonly string[] }[] {
	const chain: { name: string; frames: string[] }[] = [];
	for (let at = error; at instanceof Error && chain.length < 10; at = at.cause) {
		const lines = (at.stack ?? '').split('\n').map((line) => line.trim());
		chain.push({ name: at.name, frames: lines.filter((line) => /^at .+:\d+:\d+\)?$/.test(line)) });
	}
	return chain;
}
