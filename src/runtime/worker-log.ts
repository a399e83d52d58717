import { type DestinationStream, type Logger, pino } from 'pino';
import { CounterfoilError } from '../contracts/errors.ts';
import { framesOf } from './error-frames.ts';

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** What a line may say besides time, level and message: names, numbers and codes, no values of records. */
export interface LogFacts {
	readonly runId?: string;
	readonly workflowId?: string;
	/** As the journal has it: the name of the activity, with the shard or part. */
	readonly step?: string;
	readonly activity?: string;
	/** Of the activity, from 1. */
	readonly attempt?: number;
	readonly queue?: string;
	readonly durationMs?: number;
	/** A step that had been done before, so that nothing was done. */
	readonly reused?: boolean;
	/** Of the catalogue of errors. */
	readonly code?: string;
	readonly where?: string;
	readonly hint?: string;
	readonly retryable?: boolean;
}

export interface WorkerLog {
	debug(message: string, facts?: LogFacts): void;
	info(message: string, facts?: LogFacts): void;
	warn(message: string, facts?: LogFacts): void;
	/** What was thrown; a defect with its stack. */
	failed(message: string, error: unknown, facts: LogFacts): void;
}

/**
 * The log of a worker: JSON, one line for each event, on standard output.
 *
 * @param destination @default standard output, written at once, so that a killed worker has said what it knew
 */
export function openWorkerLog(
	level: LogLevel,
	version: string,
	destination: DestinationStream = pino.destination({ dest: 1, sync: true }),
): WorkerLog {
	const logger: Logger = pino(
		{
			level,
			base: { service: 'counterfoil', version, pid: process.pid },
			timestamp: pino.stdTimeFunctions.isoTime,
			messageKey: 'message',
			formatters: { level: (label) => ({ level: label }) },
		},
		destination,
	);
	return {
		debug: (message, facts = {}) => logger.debug(facts, message),
		info: (message, facts = {}) => logger.info(facts, message),
		warn: (message, facts = {}) => logger.warn(facts, message),
		failed(message, error, facts) {
			const { code, message: reason, where, hint, retryable } = CounterfoilError.from(error).toRecord();
			// The message of a defect may quote what could not be read.
			const known = code === 'INTERNAL' ? (error instanceof Error ? error.name : typeof error) : reason;
			const told = { ...facts, code, reason: known, where, hint, retryable };
			if (code === 'CANCELLED') logger.info(told, message);
			else if (retryable) logger.warn(told, message);
			else logger.error(code === 'INTERNAL' ? { ...told, calls: framesOf(error) } : told, message);
		},
	};
}
