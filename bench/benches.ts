import type { Bench } from './bench.ts';
import { consoleBench } from './console/console-bench.ts';
import { detectionBench } from './detection/detection-bench.ts';
import { dialectBench } from './ingest/dialect-bench.ts';
import { ingestBench, memoryBench } from './ingest/ingest-bench.ts';
import { monthBench } from './month/month-bench.ts';
import { pipelineBench } from './pipeline/pipeline-bench.ts';
import { hiddenBench } from './settings/hidden-bench.ts';
import { ideasBench } from './settings/ideas-bench.ts';
import { settingsBench } from './settings/settings-bench.ts';
import { generationBench, metricsBench, scoringBench, startBench, trainingBench } from './speed/speed-bench.ts';
import { storeBench } from './store/store-bench.ts';
import { synthesisBench } from './synthesis/synthesis-bench.ts';

/** Every bench, in the order in which they are run. */
export const BENCHES: readonly Bench[] = [
	detectionBench,
	settingsBench,
	hiddenBench,
	ideasBench,
	synthesisBench,
	trainingBench,
	scoringBench,
	generationBench,
	metricsBench,
	startBench,
	ingestBench,
	memoryBench,
	dialectBench,
	storeBench,
	pipelineBench,
	monthBench,
	consoleBench,
];
