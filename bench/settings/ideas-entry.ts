import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { loadBackend } from '../../src/index.ts';
import { answerParent, type FailedAnswer } from '../answer-parent.ts';
import type { DetectionCase } from '../detection/detection-cases.ts';
import { loadCase } from '../detection/load-case.ts';
import { scoreIdeas } from './fit-ideas.ts';

/** A process that scores one table with one seed under every setting, writes the scores to a file and ends. */
export interface IdeasRequest {
	readonly case: DetectionCase;
	readonly seed: number;
	/** The scores as doubles, one setting after the other; the CPU seconds of each part beside it, as JSON. */
	readonly path: string;
}

export type IdeasAnswer = { readonly ok: true } | FailedAnswer;

async function carryOut({ case: one, seed, path }: IdeasRequest): Promise<IdeasAnswer> {
	// The labels that come with it are not looked at.
	const { train, specs } = await loadCase(one);
	const seconds: Record<string, number> = {};
	const scores = await scoreIdeas(await loadBackend(), train, specs, seed, (part, spent) => {
		seconds[part] = Number(spent.toFixed(2));
	});
	const all = new Float64Array(scores.length * train.rows);
	for (const [index, own] of scores.entries()) all.set(own, index * train.rows);
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(`${path}.json`, JSON.stringify(seconds));
	writeFileSync(`${path}.part`, all);
	renameSync(`${path}.part`, path);
	return { ok: true };
}

answerParent(carryOut);
