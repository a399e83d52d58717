import type { ArtifactStore } from '../src/artifacts/artifact-store.ts';
import type { NamedFiles } from '../src/artifacts/named-files.ts';
import type { ComputeSettings } from '../src/compute/run-task.ts';
import type { StepContext } from '../src/contracts/steps.ts';
import type { Store } from '../src/store/store.ts';

/** What the activities work with; opened once per process. */
export interface ActivityServices {
	readonly store: Store;
	readonly artifacts: ArtifactStore;
	readonly compute: ComputeSettings;
	/** The reports that people open. */
	readonly reports: NamedFiles;
	/** Tables that counterfoil itself has written to be read. */
	readonly spool: NamedFiles;
	/** Version of counterfoil, noted with every run. */
	readonly version: string;
}

/** One step: ids and URIs in, ids and counts out. */
export type Activity<Input, Output> = (
	services: ActivityServices,
	input: Input,
	context: StepContext,
) => Promise<Output>;
