import { randomBytes } from 'node:crypto';
import { openArtifactStore } from '../../src/artifacts/open-artifact-store.ts';

/** Stores random bytes: `put-process.ts ROOT BYTES`. */
const [, , root = '', bytes = '0'] = process.argv;
const store = await openArtifactStore(root);
await store.put(randomBytes(Number(bytes)), { extension: 'bin' });
