/**
 * The review queue for programs: `import { claimNext } from 'counterfoil/review'`.
 */
export type { Actor } from './review/change-items.ts';
export {
	assignItems,
	type ClaimNextOptions,
	claimItems,
	claimNext,
	listHeld,
	releaseItems,
} from './review/claim-items.ts';
export { type DecideOptions, decideItems, listReasonCodes, putReasonCode } from './review/decide-items.ts';
export { type ImportedLabel, importLabels } from './review/import-labels.ts';
export { type KnownLabel, listKnownLabels } from './review/known-labels.ts';
export { listQueue, type QueueEntry } from './review/list-queue.ts';
export { escalateItems, noteItems, reopenItems, snoozeItems } from './review/move-items.ts';
export { previewQueue, type QueuePreview } from './review/preview-queue.ts';
export { type PublishedQueue, publishQueue } from './review/publish-queue.ts';
export { purgeRecord } from './review/purge-record.ts';
export { type QueueStats, readQueueStats } from './review/queue-stats.ts';
export { type ItemDetail, readItem } from './review/read-item.ts';
export { setQueue } from './review/set-queue.ts';
export { liftSuppression, listSuppressions, suppressEntity } from './review/suppress-entities.ts';
export { undoDecisions } from './review/undo-decisions.ts';
export { type AuditResult, verifyAudit } from './review/verify-audit.ts';
export { type OpenStoreOptions, openStore } from './store/open-store.ts';
export type { Store } from './store/store.ts';
