import type { ResultFile } from './result-files.ts';

/** Where and with what the figures of a section were measured. */
export function describeSources(ours: ResultFile<unknown>, peers: ResultFile<unknown> | null): string {
	const told = [`counterfoil: ${describeSource(ours)}.`];
	if (peers !== null) told.push(`Peers (stored results): ${describeSource(peers)}.`);
	return told.join(' ');
}

function describeSource({ date, machine, versions }: ResultFile<unknown>): string {
	const { cpu, cores, memoryGb, system } = machine;
	const known = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
	return `${date}, ${cpu}, ${cores} cores, ${memoryGb} GB, ${system}; ${known.join(', ')}`;
}
