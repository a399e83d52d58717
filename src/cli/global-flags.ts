/** What every command can be given, before its name or after it. */
export interface GlobalFlags {
	readonly json?: boolean;
	readonly ndjson?: boolean;
	readonly db?: string;
	readonly artifacts?: string;
	readonly seed?: number;
	readonly config?: string;
	readonly quiet?: boolean;
	readonly verbose?: boolean;
	/** Every question is answered with yes. */
	readonly yes?: boolean;
	/** False: nothing is asked. Commander says true where nothing was said. */
	readonly input?: boolean;
	/** Seconds. */
	readonly timeout?: number;
	/** Of commands that write: only say what would be done. */
	readonly dryRun?: boolean;
}
