import type { Bench } from './bench.ts';
import { detectionBench } from './detection/detection-bench.ts';

/** Every bench, in the order in which they are run. */
export const BENCHES: readonly Bench[] = [detectionBench];
