import { type Command, Option } from 'commander';
import type { RetrainPlan } from '../contracts/learning.ts';
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

export function toRetrainPlan(flags: RetrainFlags): RetrainPlan {
	return {
		asOf: (flags.asOf ?? new Date()).toISOString(),
		testFrom: flags.testFrom?.toISOString() ?? null,
		budget: flags.reviewsPerDay,
		promote: flags.promote,
		minNewLabels: flags.minNewLabels,
		actor: actorOf(flags),
	};
}
