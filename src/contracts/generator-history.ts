import type { PrivacyRecord } from './privacy.ts';

/** null where it is not a number. */
type Figure = number | null;

/** What the training of a generator looked like. */
export type GeneratorHistory = AutoregressiveHistory | MlpHistory | PrivateHistory;

export interface AutoregressiveHistory {
	readonly kind: 'autoregressive';
	/** One entry per record, all arrays of one length. */
	readonly step: readonly number[];
	/** -log p of a row in nats, mean over the rows, in training and of rows set aside (null where none are). */
	readonly training: readonly Figure[];
	readonly heldOut: readonly Figure[];
	/** Step whose parameters were kept. */
	readonly bestStep: number;
	/** Of the discriminator that judges the rows: its log-loss on rows set aside, against .693 of a coin. */
	readonly judge: {
		readonly step: readonly number[];
		readonly loss: readonly Figure[];
		/** What its log-odds are multiplied by; 0 switches it off. */
		readonly scale: number;
	} | null;
}

export interface MlpHistory {
	readonly kind: 'mlp';
	readonly step: readonly number[];
	readonly discriminatorLoss: readonly Figure[];
	readonly generatorLoss: readonly Figure[];
	readonly gradientNorm: readonly Figure[];
	readonly realAccuracy: readonly Figure[];
	readonly fakeAccuracy: readonly Figure[];
	readonly momentDistance: readonly Figure[];
}

/** Of a training under differential privacy, which looks at no row to see how far it is. */
export interface PrivateHistory {
	readonly kind: 'private';
	/** Empty. */
	readonly step: readonly number[];
	readonly privacy: PrivacyRecord;
}
