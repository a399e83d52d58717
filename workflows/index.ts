export { augment, ingest, pipeline, score, train } from './run-workflows.ts';
export { progressQuery } from './track-progress.ts';
