import { basename } from 'node:path';

const FILE_ENDING = /(\.(csv|tsv|txt|jsonl?|ndjson|arrows?|feather|ipc|parquet))?(\.(gz|zst))?$/i;

/** The name of a data set that was given none: that of its file without what tells its format. */
export function nameDataset(path: string): string {
	return basename(path).replace(FILE_ENDING, '');
}
