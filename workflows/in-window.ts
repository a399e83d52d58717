/**
 * Carries `work` out for 0 to `count` - 1, begun in this order and at most `width` at a time. After a failure
 * nothing more is begun.
 *
 * @throws what the first that failed threw
 */
export async function inWindow(count: number, width: number, work: (item: number) => Promise<unknown>): Promise<void> {
	let next = 0;
	let hasFailed = false;
	async function lane(): Promise<void> {
		while (next < count && !hasFailed) {
			try {
				await work(next++);
			} catch (error) {
				hasFailed = true;
				throw error;
			}
		}
	}
	await Promise.all(Array.from({ length: Math.min(width, count) }, lane));
}
