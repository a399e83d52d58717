import type { ArtifactStore } from '../artifacts/artifact-store.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { StepProgress } from '../contracts/steps.ts';

/** What a task in a compute process works with besides its input. */
export interface TaskEnvironment {
	readonly artifacts: ArtifactStore;
	readonly backend: 'auto' | 'node' | 'wasm';
	/** The last progress of an earlier attempt; its checkpoint is where to go on from. */
	readonly previous: StepProgress | null;
	report(progress: StepProgress): void;
	/** Tells which file is being read from now on, or with null that its reading gets on. */
	readonly tellInput?: (path: string | null) => void;
}

export function reportProgress(
	environment: TaskEnvironment,
	phase: string,
	done: number,
	total: number,
	checkpoint: ArtifactRef | null = null,
): void {
	environment.report({ phase, done, total, checkpoint });
}
