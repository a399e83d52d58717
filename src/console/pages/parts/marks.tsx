import type { ReasonBody } from '../../api/schemas.ts';
import { formatCell, formatNumber, formatScore, formatShare } from '../format.ts';

export type Severity = 'low' | 'medium' | 'high' | 'critical';

/** Word and colour: neither alone. */
export function SeverityMark({ severity }: { readonly severity: Severity | null }) {
	return severity === null ? null : <span class={`mark ${severity}`}>{severity}</span>;
}

export function ScoreMark({ score, severity }: { readonly score: number | null; readonly severity: Severity | null }) {
	if (score === null) return null;
	return (
		<span class="score">
			<span class={`dot ${severity ?? 'low'}`} aria-hidden="true" />
			{formatScore(score)}
		</span>
	);
}

const STATES: Readonly<Record<string, string>> = {
	in_review: 'in review',
	succeeded: 'done',
};

export function StateMark({ state }: { readonly state: string }) {
	return <span class={`mark state-${state}`}>{STATES[state] ?? state}</span>;
}

/** In one line what is unusual about a record; where nothing is known to be, the values that add most. */
export function brieflyWhy(reasons: readonly ReasonBody[], together: readonly string[]): string {
	const against = reasons.filter(({ feature, contribution }) => feature !== null && contribution > 0);
	const sentences = [...together, ...against.flatMap(({ text }) => text ?? [])].slice(0, 3);
	if (sentences.length > 0) return sentences.join('; ');
	const values = against.slice(0, 3).map(({ feature, value }) => `${feature} ${formatCell(value)}`);
	return values.length === 0 ? '' : `most is added by ${values.join(', ')}`;
}

/** What each column adds, as bars: to the right what speaks against the record, to the left what speaks for it. */
export function ReasonBars({
	reasons,
	together,
	change,
}: {
	readonly reasons: readonly ReasonBody[];
	readonly together: readonly string[];
	/** What would make the record a normal one. */
	readonly change: string | null;
}) {
	const named = reasons.filter(({ feature }) => feature !== null);
	const most = named.reduce((max, { contribution }) => Math.max(max, Math.abs(contribution)), 0.001);
	return (
		<div class="reasons">
			{together.map((sentence) => (
				<p key={sentence} class="together">
					{sentence}
				</p>
			))}
			{change !== null && <p class="change">{change}.</p>}
			<ul>
				{reasons.map((reason, i) => (
					<li key={i}>
						<div class="reason-head">
							<span class="reason-name">{reason.feature ?? 'all other columns'}</span>
							<span class={`reason-sum ${reason.contribution < 0 ? 'for' : 'against'}`}>
								{reason.contribution < 0 ? '−' : '+'}
								{formatNumber(Math.abs(reason.contribution))}
							</span>
						</div>
						<div class="bar" aria-hidden="true">
							<span
								class={reason.feature === null ? 'rest' : reason.contribution < 0 ? 'for' : 'against'}
								style={{ width: `${Math.max(1, Math.min(100, (Math.abs(reason.contribution) / most) * 100))}%` }}
							/>
						</div>
						{reason.feature !== null && (
							<p class="reason-words">
								{reason.text ?? (
									<>
										{reason.value === null ? 'missing' : formatCell(reason.value)}
										{reason.seen !== null &&
											` (${reason.seen === 0 ? 'not in training' : `in ${formatShare(reason.seen)} of training rows`})`}
									</>
								)}
								{reason.text === null && reason.typical !== null && (
									<span class="typical"> Typical: {reason.typical}</span>
								)}
							</p>
						)}
					</li>
				))}
			</ul>
		</div>
	);
}
