import { CounterfoilError } from '../contracts/errors.ts';

/** @throws CounterfoilError CONFIG_INVALID unless the option is as `expected` says */
export function requireOption(name: string, isValid: boolean, expected: string): void {
	if (isValid) return;
	throw new CounterfoilError('CONFIG_INVALID', `The GAN option "${name}" must be ${expected}.`, {
		where: `option "${name}"`,
		hint: `Set "${name}" to ${expected}, or leave it out.`,
	});
}
