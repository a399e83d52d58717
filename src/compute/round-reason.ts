const NATS = new Set(['contribution', 'marginal', 'dependence']);
const SHARES = new Set(['seen', 'smaller', 'larger', 'near']);

/**
 * How `JSON.stringify` is to write the numbers of a reason: nats to ten-millionths, so that the parts of six columns
 * still add up to the surprise to 1e-6, shares to four digits.
 */
export function roundReason(name: string, value: unknown): unknown {
	if (typeof value !== 'number') return value;
	if (SHARES.has(name)) return Number(value.toPrecision(4));
	return NATS.has(name) ? Math.round(value * 1e7) / 1e7 : value;
}
