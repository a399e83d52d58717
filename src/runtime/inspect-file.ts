import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readingSettings } from '../compute/ingest-contained.ts';
import { runTask } from '../compute/run-task.ts';
import type { Inspection } from '../contracts/inspection.ts';
import { DEFAULT_INPUT_LIMITS, type RunConfig } from '../contracts/run-config.ts';
import type { StepProgress } from '../contracts/steps.ts';
import { requireConsistentConfig } from './require-consistent-config.ts';

export interface InspectWork {
	readonly signal: AbortSignal;
	readonly onProgress: (progress: StepProgress) => void;
}

/**
 * What is in a file, found in a process of its own; nothing is written but a folder for temporary files, which is gone
 * at the end.
 *
 * @throws CounterfoilError what reading a table throws
 */
export async function inspectFile(
	source: string,
	config: RunConfig,
	{ signal, onProgress }: InspectWork,
): Promise<Inspection> {
	requireConsistentConfig(config);
	const artifactRoot = await mkdtemp(join(tmpdir(), 'counterfoil-inspect-'));
	try {
		const { inspection } = await runTask(
			'inspect',
			{ source, config, nowMs: Date.now() },
			{ step: 'inspect', attempt: 1, previous: null, signal, report: onProgress },
			{ artifactRoot, backend: config.backend, ...readingSettings({ ...DEFAULT_INPUT_LIMITS, ...config.limits }) },
		);
		return JSON.parse(inspection) as Inspection;
	} finally {
		await rm(artifactRoot, { recursive: true, force: true });
	}
}
