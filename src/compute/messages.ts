import { z } from 'zod';
import { type ErrorRecord, isErrorRecord } from '../contracts/errors.ts';
import type { ArtifactRef } from '../contracts/pipeline.ts';
import type { ComputeTasks, StepProgress } from '../contracts/steps.ts';

/** What the parent sends, once: the task to carry out. */
export interface TaskRequest {
	readonly task: keyof ComputeTasks;
	readonly input: unknown;
	readonly artifactRoot: string;
	readonly backend: 'auto' | 'node' | 'wasm';
	readonly previous: StepProgress | null;
}

const artifactRef: z.ZodType<ArtifactRef> = z.object({
	uri: z.string(),
	sha256: z.string(),
	bytes: z.number().int().nonnegative(),
});

const progress: z.ZodType<StepProgress> = z.object({
	done: z.number(),
	total: z.number(),
	phase: z.string(),
	checkpoint: artifactRef.nullable(),
});

/** What a child may send: anything else is a defect and ends the task. */
export const childMessage = z.discriminatedUnion('type', [
	z.object({ type: z.literal('alive') }),
	z.object({ type: z.literal('progress'), progress }),
	z.object({ type: z.literal('input'), path: z.string().nullable() }),
	z.object({ type: z.literal('result'), output: z.unknown() }),
	z.object({ type: z.literal('error'), error: z.custom<ErrorRecord>(isErrorRecord) }),
]);

export type ChildMessage = z.infer<typeof childMessage>;
