/** What every command can be given, before its name or after it. */
export interface GlobalFlags {
	readonly json?: boolean;
	readonly db?: string;
	readonly seed?: number;
	readonly config?: string;
	readonly quiet?: boolean;
}
