import type { FeatureTable } from '../../src/contracts/features.ts';
import { createRandom } from '../../src/contracts/random.ts';
import { fitModeEncoder } from '../../src/features/mode-encoder.ts';
import { pickRows } from '../../src/features/pick-rows.ts';
import { type Backend, createMlpTrainer, fitScorer, loadBackend } from '../../src/index.ts';
import { answerParent, type FailedAnswer } from '../answer-parent.ts';
import type { DetectionCase } from './detection-cases.ts';
import type { DetectionMeasures } from './detection-run.ts';
import { type Detector, TEXTBOOK_GAN } from './detectors.ts';
import { type DetectionData, loadCase } from './load-case.ts';
import { measureScores } from './measure-scores.ts';

/**
 * A process that fits and scores one case with one of our own detectors and ends, so that time and memory are those
 * of this case alone.
 */
export interface DetectRequest {
	readonly case: DetectionCase;
	readonly detector: Detector['by'];
	readonly seed: number;
}

export type DetectAnswer =
	| {
			readonly ok: true;
			readonly rows: number;
			readonly anomalies: number;
			readonly measures: DetectionMeasures;
			readonly seconds: number;
			readonly cpuSeconds: number;
			readonly peakMb: number;
			/** Backend, tfjs and TensorFlow. */
			readonly versions: Readonly<Record<string, string>>;
	  }
	| FailedAnswer;

const ROWS_AT_ONCE = 20_000;

async function detect(request: DetectRequest): Promise<DetectAnswer> {
	const data = await loadCase(request.case);
	const backend = await loadBackend();
	const started = performance.now();
	const cpuStarted = process.cpuUsage();
	const detector = request.detector === 'textbook' ? scoreWithTextbookGan : scoreWithOurs;
	const scores = await detector(backend, data, request.seed);
	const seconds = (performance.now() - started) / 1000;
	const { user, system } = process.cpuUsage(cpuStarted);
	const peakMb = process.resourceUsage().maxRSS / 1024;
	return {
		ok: true,
		rows: data.test.rows,
		anomalies: data.labels.reduce((sum, label) => sum + label, 0),
		measures: measureScores(scores, data),
		seconds,
		cpuSeconds: (user + system) / 1e6,
		peakMb,
		versions: {
			backend: backend.name,
			tfjs: backend.version,
			...(backend.tensorflowVersion === undefined ? {} : { tensorflow: backend.tensorflowVersion }),
		},
	};
}

async function scoreWithOurs(backend: Backend, data: DetectionData, seed: number): Promise<Float64Array> {
	const scorer = await fitScorer(backend, data.train, data.specs, { seed, normalOnly: data.normalOnly });
	const scores = new Float64Array(data.test.rows);
	for (const { first, part } of parts(data.test)) scores.set(scorer.score(part).surprise, first);
	return scores;
}

/** What the textbook tempts one to do: the final discriminator's verdict, turned round. */
async function scoreWithTextbookGan(backend: Backend, data: DetectionData, seed: number): Promise<Float64Array> {
	const encoder = fitModeEncoder(data.train, data.specs, createRandom(seed, 'encoder'));
	const encoded = encoder.encode(data.train, createRandom(seed, 'encode'));
	const trainer = createMlpTrainer(backend, encoder.layout, encoded, TEXTBOOK_GAN, seed);
	await trainer.train({ untilStep: trainer.totalSteps });
	const discriminator = trainer.discriminator();
	const random = createRandom(seed, 'score');
	const scores = new Float64Array(data.test.rows);
	for (const { first, part } of parts(data.test)) {
		const logits = discriminator.logits(encoder.encode(part, random), part.rows);
		scores.set(
			logits.map((logit) => -logit),
			first,
		);
	}
	return scores;
}

/** The rows in blocks of bounded size. */
function* parts(table: FeatureTable): Generator<{ readonly first: number; readonly part: FeatureTable }> {
	for (let first = 0; first < table.rows; first += ROWS_AT_ONCE) {
		const count = Math.min(ROWS_AT_ONCE, table.rows - first);
		yield {
			first,
			part: pickRows(
				table,
				Int32Array.from({ length: count }, (_, i) => first + i),
			),
		};
	}
}

answerParent(detect);
