import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

// Starts the program of the compute processes, tells its process id, and waits to be killed.
const entry = fileURLToPath(new URL('../../src/compute/child-entry.ts', import.meta.url));
const child = fork(entry, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
child.once('spawn', () => setTimeout(() => process.stdout.write(`${child.pid}\n`), 1_000));
