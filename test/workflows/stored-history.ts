/** The part of a history that the tests look at. */
export interface History {
	readonly events: {
		readonly activityTaskScheduledEventAttributes?: { readonly activityType: { name: string } };
	}[];
}

/**
 * A history as JSON text. Not in the form of Temporal's own tools, because the SDK cannot read that where npm has
 * installed protobufjs twice.
 */
export function historyToText(history: unknown): string {
	return JSON.stringify(history, function (this: Record<string, unknown>, name: string, shown: unknown) {
		// It names folders of the machine that it was recorded on.
		if (name === 'stackTrace') return '';
		const value = this[name];
		if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString('base64') };
		if (isLong(value)) return { low: value.low, high: value.high, unsigned: value.unsigned };
		// A message shows itself in the form that cannot be read.
		return typeof value === 'object' && value !== null && 'toJSON' in value ? { ...value } : shown;
	});
}

export function historyFromText(text: string): History {
	return JSON.parse(text, (_, value: unknown) =>
		typeof value === 'object' && value !== null && 'base64' in value
			? new Uint8Array(Buffer.from(String(value.base64), 'base64'))
			: value,
	) as History;
}

interface Long {
	readonly low: number;
	readonly high: number;
	readonly unsigned: boolean;
}

function isLong(value: unknown): value is Long {
	return typeof value === 'object' && value !== null && 'low' in value && 'high' in value && 'unsigned' in value;
}
