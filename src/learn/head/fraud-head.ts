import { CounterfoilError } from '../../contracts/errors.ts';
import type { FeatureSpec } from '../../contracts/features.ts';
import type { ModelState } from '../../contracts/model-state.ts';
import { type Calibration, pValueOf, rankOf, scoreOf } from '../../scoring/calibration.ts';
import { joinStates, splitStates } from '../../scoring/join-states.ts';
import type { BoostedTrees } from '../boosted-trees.ts';
import { restoreBoostedTrees } from '../restore-boosted-trees.ts';
import { type HeadFeatures, joinRisk } from './head-features.ts';

/** What labels have taught, on top of the unsupervised model. */
export interface FraudHead {
	/** Columns whose risk it looks at. */
	readonly entities: readonly string[];
	/** Column that says when a record happened; null: none does. */
	readonly time: string | null;
	/** Of all that it sees, the risk features last. */
	readonly specs: readonly FeatureSpec[];
	/** [rows]; log-odds of fraud, by which rows are ordered. @param risk as `fillRisk` gives it */
	logOdds(features: HeadFeatures, risk: readonly Float64Array[]): Float64Array;
	/** Rank and conformal p-value of log-odds among those of the rows that it was trained with. */
	calibrate(logOdds: Float64Array): { readonly score: Float64Array; readonly pValue: Float64Array };
	/** [rows, specs + 1]; what each feature adds to the log-odds, and last the constant. */
	contributions(features: HeadFeatures, risk: readonly Float64Array[]): Float64Array;
	/** [specs]; share of the loss saved by splits of each feature. */
	importance(): Float64Array;
	toState(): ModelState;
}

interface HeadParts {
	readonly entities: readonly string[];
	readonly time: string | null;
	readonly specs: readonly FeatureSpec[];
	readonly trees: BoostedTrees;
	readonly calibration: Calibration;
}

interface HeadJson extends Pick<HeadParts, 'entities' | 'time' | 'specs'> {
	readonly format: string;
	readonly rows: number;
}

const FORMAT = 'counterfoil-head-1';

export function assembleHead({ entities, time, specs, trees, calibration }: HeadParts): FraudHead {
	return {
		entities,
		time,
		specs,
		logOdds: ({ table }, risk) => trees.logOdds(joinRisk(table, risk)),
		calibrate(logOdds) {
			const ranks = Array.from(logOdds, (value) => rankOf(calibration, value));
			return {
				score: Float64Array.from(ranks, (rank) => scoreOf(calibration, rank)),
				pValue: Float64Array.from(ranks, (rank) => pValueOf(calibration, rank)),
			};
		},
		contributions: ({ table }, risk) => trees.contributions(joinRisk(table, risk)),
		importance: () => trees.importance(),
		toState() {
			const { rows, surprises, below, upTo } = calibration;
			const numbers = (data: Float64Array) => ({ shape: [data.length], data });
			const own = {
				json: { format: FORMAT, entities, time, specs, rows },
				tensors: { surprises: numbers(surprises), below: numbers(below), upTo: numbers(upTo) },
			};
			return joinStates({ head: own, trees: trees.toState() });
		},
	};
}

/** @throws CounterfoilError MODEL_INVALID */
export function restoreHead(state: ModelState): FraudHead {
	const { head, trees } = splitStates(state, ['head', 'trees']);
	const json = head.json as HeadJson | undefined;
	if (json?.format !== FORMAT) {
		throw new CounterfoilError('MODEL_INVALID', 'The supervised head cannot be read: its format is not known.', {
			hint: 'Retrain the model with this version.',
		});
	}
	const numbers = (name: string) => Float64Array.from(head.tensors[name]?.data ?? []);
	const calibration = {
		rows: json.rows,
		surprises: numbers('surprises'),
		below: numbers('below'),
		upTo: numbers('upTo'),
	};
	const { entities, time, specs } = json;
	return assembleHead({ entities, time, specs, trees: restoreBoostedTrees(trees), calibration });
}
