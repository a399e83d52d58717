import { loadBackend } from '../../src/index.ts';
import { answerParent, type FailedAnswer } from '../answer-parent.ts';
import type { DetectionCase } from '../detection/detection-cases.ts';
import { loadCase } from '../detection/load-case.ts';
import { writeComponents } from './component-file.ts';
import { fitComponents } from './fit-components.ts';

/** A process that fits the components of one table with one seed, writes them to a file and ends. */
export interface ComponentsRequest {
	readonly case: DetectionCase;
	readonly seed: number;
	readonly path: string;
}

export type ComponentsAnswer = { readonly ok: true } | FailedAnswer;

async function carryOut({ case: one, seed, path }: ComponentsRequest): Promise<ComponentsAnswer> {
	const { train, specs } = await loadCase(one);
	const backend = await loadBackend();
	writeComponents(path, await fitComponents(backend, train, specs, seed));
	return { ok: true };
}

answerParent(carryOut);
