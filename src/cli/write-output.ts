import { writeFile } from 'node:fs/promises';
import { CounterfoilError } from '../contracts/errors.ts';

/** Writes what a command was asked to put in a file. @throws CounterfoilError OUTPUT_NOT_WRITABLE */
export async function writeOutput(file: string, content: string | Uint8Array): Promise<void> {
	await writeFile(file, content).catch((cause: unknown) => {
		throw new CounterfoilError('OUTPUT_NOT_WRITABLE', 'the file cannot be written', {
			where: file,
			hint: 'check the rights and the free space there, or name a file elsewhere',
			cause,
		});
	});
}
