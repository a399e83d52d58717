/** The time now as it is stored: ISO 8601, UTC, milliseconds; texts sort like times. */
export function timestamp(date: Date = new Date()): string {
	return date.toISOString();
}
