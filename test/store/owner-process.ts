/** Starts a run, names it on standard output and stays until it is killed. */
import { openStore } from '../../src/store/open-store.ts';
import { startRun } from './seeded-store.ts';

const store = await openStore({ path: process.argv[2] as string });
console.log(await startRun(store, { runKey: 'same-command' }));
setInterval(() => {}, 1_000);
