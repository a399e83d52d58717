import { formatCount, formatFigure, formatNumberOf, formatShare, isDefined } from '../format.ts';
import { type Html, html } from '../html.ts';
import { answer, type Section, type Verdict } from '../page-parts.ts';
import type { LeakReport } from '../report-data.ts';

type Copies = NonNullable<LeakReport['copies']>;
type ClosestRecord = NonNullable<LeakReport['closestRecord']>;

/** Copies are a leak where there are clearly more of them than chance makes among real rows. */
export function copiesVerdict({ synthetic, heldOut }: Copies): Verdict {
	const own = synthetic.share ?? 0;
	const chance = heldOut.share ?? 0;
	const noise = 2 * Math.sqrt(Math.max(chance, 1 / Math.max(1, heldOut.rows)) / Math.max(1, synthetic.rows));
	return own <= chance + noise ? 'good' : own <= 2 * chance + 0.01 ? 'watch' : 'bad';
}

function closestVerdict({ share, standardError }: ClosestRecord): Verdict {
	if (!isDefined(share)) return 'watch';
	const above = (share - 0.5) / (standardError ?? 0.02);
	return above < 2 ? 'good' : share < 0.6 ? 'watch' : 'bad';
}

function copiesAnswer(copies: Copies): Html {
	const { synthetic, heldOut } = copies;
	return answer(
		`${formatCount(synthetic.copies)} of ${formatNumberOf(synthetic.rows, 'synthetic row')} (${formatShare(synthetic.share, 2)}) equal a training row in every column. Among real rows that training has not seen it is ${formatShare(heldOut.share, 2)}: so many are equal by chance.`,
		copiesVerdict(copies),
	);
}

function closestAnswer(closest: ClosestRecord): Html {
	const verdict = closestVerdict(closest);
	const meaning =
		verdict === 'good'
			? 'no sign that the generator repeats what it has seen'
			: 'the generator stays closer to its training rows than chance allows';
	return html`${answer(
		`${formatShare(closest.share)} of the synthetic rows are closer to a training row than to a held-out row (50 % expected, standard error ${formatShare(closest.standardError)}): ${meaning}.`,
		verdict,
	)}<p class="aside">${formatNumberOf(closest.sampled, 'synthetic row')} against ${formatNumberOf(closest.references, 'row')} of each side. Median distance to the closest record, 0 to 1: ${formatFigure(closest.medianToTraining)} to training rows, ${formatFigure(closest.medianToHeldOut)} to held-out rows.</p>`;
}

export function leakSection(leaks: LeakReport): Section {
	return {
		id: 'leaks',
		short: 'Leaks',
		question: 'Does the synthetic table give away real records?',
		body: html`${leaks.copies === undefined ? null : copiesAnswer(leaks.copies)}${
			leaks.closestRecord === undefined ? null : closestAnswer(leaks.closestRecord)
		}<p class="aside">These are measurements on this table, not a guarantee of privacy.</p>`,
	};
}
