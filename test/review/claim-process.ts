import { claimNext } from '../../src/review/claim-items.ts';
import { openStore } from '../../src/store/open-store.ts';

/** So many analysts at once in one process, each claiming one item after the other until none is left. */
const [path, name, analysts] = process.argv.slice(2) as [string, string, string];
const store = await openStore({ path, migrate: false });
console.log('ready');
await new Promise((resolve) => process.stdin.once('data', resolve));
const claimed = await Promise.all(
	Array.from({ length: Number(analysts) }, async (_, i) => {
		const mine: number[] = [];
		for (;;) {
			const [item] = await claimNext(store, { actor: `${name}-${i}` });
			if (item === undefined) return mine;
			mine.push(item.item_id);
		}
	}),
);
await store.close();
console.log(JSON.stringify(claimed));
process.stdin.destroy();
