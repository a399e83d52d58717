import type { z } from 'zod';
import type { configSchema } from './runtime/config-schema.ts';

/** The settings of a project; what is left out takes its default. */
export type CounterfoilConfig = z.input<typeof configSchema>;

/**
 * The settings of a project, checked by the compiler as they are written.
 *
 * @example
 * // counterfoil.config.ts
 * import { defineConfig } from 'counterfoil/config';
 * export default defineConfig({ label: 'is_fraud', alertBudget: '100/day', time: 'booked_at' });
 */
export function defineConfig(config: CounterfoilConfig): CounterfoilConfig {
	return config;
}
