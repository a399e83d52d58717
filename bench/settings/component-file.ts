import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { COMPONENT_COUNT, type Components } from './fit-components.ts';

/** Writes components as doubles, one array after the other. */
export function writeComponents(path: string, { marginal, trained, neighbours, mixed, halves }: Components): void {
	mkdirSync(dirname(path), { recursive: true });
	const all = new Float64Array(COMPONENT_COUNT * marginal.length);
	for (const [index, values] of [marginal, trained, mixed, halves, ...neighbours].entries()) {
		all.set(values, index * marginal.length);
	}
	writeFileSync(`${path}.part`, all);
	renameSync(`${path}.part`, path);
}

/** Null if they are not there. */
export function readComponents(path: string): Components | null {
	if (!existsSync(path)) return null;
	const all = new Float64Array(Uint8Array.from(readFileSync(path)).buffer);
	const rows = all.length / COMPONENT_COUNT;
	const [marginal, trained, mixed, halves, ...neighbours] = Array.from({ length: COMPONENT_COUNT }, (_, index) =>
		all.subarray(index * rows, (index + 1) * rows),
	) as [Float64Array, Float64Array, Float64Array, Float64Array, ...Float64Array[]];
	return { marginal, trained, mixed, halves, neighbours };
}
