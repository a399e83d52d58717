/** The value of a setting that two runs do not have in common. @param value null where nothing was chosen */
export function saySetting(value: unknown): string {
	return value === null ? 'not set' : JSON.stringify(value);
}
