import { type Command, InvalidArgumentError, Option } from 'commander';
import type { MonitorPlan, RetrainPlan } from '../contracts/learning-plan.ts';
import { parseWhole } from './parse-arguments.ts';
import { type ActorFlags, actorOf, parseUntil } from './review-options.ts';

export type RetrainFlags = ActorFlags & {
	readonly asOf?: Date;
	readonly testFrom?: Date;
	readonly reviewsPerDay: number;
	readonly promote: RetrainPlan['promote'];
	readonly minNewLabels: number;
};

export function addRetrainOptions(command: Command): void {
	command
		.option('--as-of <time>', 'learn from what was known by then (UTC; default: now)', parseUntil)
		.option(
			'--test-from <time>',
			'records from then on judge (default: the last quarter of the labelled ones)',
			parseUntil,
		)
		.option('--reviews-per-day <n>', 'records looked at a day, by which the models are compared', parseWhole(1), 100)
		.option('--min-new-labels <n>', 'do nothing with fewer labels that are new to the model', parseWhole(0), 1)
		.addOption(
			new Option('--promote <how>', 'whether the new model takes over: by rule if it is better on later records')
				.choices(['rule', 'never', 'always'])
				.default('rule'),
		);
}

export interface MonitorFlags extends RetrainFlags {
	readonly webhook?: string;
	readonly retrain?: boolean;
	readonly psi?: number;
}

export function addMonitorOptions(command: Command): void {
	command
		.option(
			'--psi <value>',
			'population stability index from which on a column has drifted (default: 0.2)',
			parsePositive,
		)
		.option('--webhook <url>', 'where drift is told, signed with COUNTERFOIL_WEBHOOK_SECRET', parseUrl)
		.option('--retrain', 'retrain the model where a table has drifted');
}

export async function toMonitorPlan(flags: MonitorFlags): Promise<MonitorPlan> {
	const { DRIFT_LIMITS } = await import('../learn/drift/measure-drift.ts');
	const { thresholds, ...limits } = DRIFT_LIMITS;
	return {
		...limits,
		thresholds: { ...thresholds, psi: flags.psi ?? thresholds.psi },
		webhook: flags.webhook ?? null,
		retrain: flags.retrain === true ? toRetrainPlan(flags) : null,
	};
}

function parsePositive(text: string): number {
	const value = Number(text);
	if (Number.isFinite(value) && value > 0) return value;
	throw new InvalidArgumentError('It must be a number above 0.');
}

function parseUrl(text: string): string {
	if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
	throw new InvalidArgumentError('It must be an address that begins with https:// or http://.');
}

export function toRetrainPlan(flags: RetrainFlags): RetrainPlan {
	return {
		asOf: flags.asOf?.toISOString() ?? null,
		testFrom: flags.testFrom?.toISOString() ?? null,
		budget: flags.reviewsPerDay,
		promote: flags.promote,
		minNewLabels: flags.minNewLabels,
		actor: actorOf(flags),
	};
}
