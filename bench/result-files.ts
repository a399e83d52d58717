import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';

/** Stored results of one bench: who measured what, where and when. */
export interface ResultFile<Run> {
	readonly bench: string;
	/** Day of the last measurement, `YYYY-MM-DD` UTC. */
	readonly date: string;
	readonly machine: Machine;
	readonly versions: Readonly<Record<string, string>>;
	readonly runs: readonly Run[];
}

export function today(): string {
	return new Date().toISOString().slice(0, 10);
}

/** Writes `folder/name` with one run a line, so that versions of it can be compared. */
export function writeResultFile<Run>(folder: string, name: string, { runs, ...head }: ResultFile<Run>): void {
	mkdirSync(folder, { recursive: true });
	const lines = runs.map((run) => `    ${JSON.stringify(run, roundNumber)}`);
	const opening = JSON.stringify(head, null, 2).slice(0, -2);
	const path = join(folder, name);
	writeFileSync(`${path}.part`, `${opening},\n  "runs": [\n${lines.join(',\n')}\n  ]\n}\n`);
	renameSync(`${path}.part`, path);
}

/** Null if it is not there. */
export function readResultFile<Run>(folder: string, name: string): ResultFile<Run> | null {
	const path = join(folder, name);
	return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ResultFile<Run>) : null;
}

/** The newest `DATE-bench.json`; null if there is none. */
export function readNewestResults<Run>(folder: string, bench: string): ResultFile<Run> | null {
	const pattern = new RegExp(`^\\d{4}-\\d{2}-\\d{2}-${bench}\\.json$`);
	const names = existsSync(folder) ? readdirSync(folder).filter((name) => pattern.test(name)) : [];
	const newest = names.sort().at(-1);
	return newest === undefined ? null : readResultFile<Run>(folder, newest);
}

/** Six digits are more than any of the figures is good for. */
function roundNumber(_: string, value: unknown): unknown {
	return typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
