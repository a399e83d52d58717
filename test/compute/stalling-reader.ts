import type { ChildMessage, TaskRequest } from '../../src/compute/messages.ts';
import type { IngestInput } from '../../src/contracts/pipeline.ts';

/**
 * A program for the other end of `ingestContained` that reads a.csv, then gets nowhere with b.csv though it is alive,
 * unless it was told to leave it out.
 */
const send = (message: ChildMessage) => process.send?.(message);

process.once('message', ({ input }: TaskRequest) => {
	const { refusedFiles = [] } = input as IngestInput;
	send({ type: 'input', path: 'a.csv' });
	if (refusedFiles.some(({ path }) => path === 'b.csv')) {
		send({ type: 'result', output: refusedFiles });
		process.disconnect();
		return;
	}
	send({ type: 'input', path: 'b.csv' });
	setInterval(() => send({ type: 'alive' }), 50);
});
process.on('SIGTERM', () => process.exit(143));
