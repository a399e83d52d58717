/**
 * Works on the items, at most `width` at a time, in their order. The first error ends it; items that are being worked
 * on then are waited for.
 */
export async function runPool<Item>(
	items: readonly Item[],
	width: number,
	work: (item: Item) => Promise<void>,
): Promise<void> {
	let next = 0;
	let failed = false;
	async function lane(): Promise<void> {
		while (next < items.length && !failed) {
			const item = items[next++] as Item;
			try {
				await work(item);
			} catch (error) {
				failed = true;
				throw error;
			}
		}
	}
	const lanes = await Promise.allSettled(Array.from({ length: width }, lane));
	for (const outcome of lanes) if (outcome.status === 'rejected') throw outcome.reason;
}
