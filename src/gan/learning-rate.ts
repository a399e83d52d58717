/**
 * How a learning rate changes while training goes on.
 *
 * `constant`; `half-then-linear`: constant for the first half, then linear down to 1 %, the calm end that averaged
 * weights need; or step decay: multiplied by `factor` every `everySteps` steps.
 */
export type RateSchedule = 'constant' | 'half-then-linear' | { readonly factor: number; readonly everySteps: number };

/**
 * Share of the learning rate at a step.
 *
 * @param step number of the step, from 1
 * @param steps steps in all
 */
export function rateShareAt(schedule: RateSchedule, step: number, steps: number): number {
	if (schedule === 'constant') return 1;
	if (schedule === 'half-then-linear') {
		const left = Math.max(0, 1 - (step - 1) / steps);
		return Math.min(1, 2 * left + 0.01);
	}
	return schedule.factor ** Math.floor((step - 1) / schedule.everySteps);
}
