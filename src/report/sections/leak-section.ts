import { areaY, line, ruleY } from '@observablehq/plot';
import { formatCount, formatFigure, formatNumberOf, formatShare, isDefined } from '../format.ts';
import { dataText, type Html, type HtmlPart, html } from '../html.ts';
import { answer, dataTable, figure, figures, legend, type Section, type Verdict, verdictMark } from '../page-parts.ts';
import { plotSvg } from '../plot-svg.ts';
import type { Figure, LeakReport } from '../report-data.ts';
import { copyPairs } from './copy-pairs.ts';

type Copies = NonNullable<LeakReport['copies']>;
type CopyCount = Copies['synthetic'];
type ClosestRecord = NonNullable<LeakReport['closestRecord']>;
type Attack = NonNullable<LeakReport['membership']>['distance'];
type Disclosure = NonNullable<LeakReport['disclosure']>;

/** Copies are a leak where there are clearly more of them than chance makes among real rows. */
export function copiesVerdict({ synthetic, heldOut }: { synthetic: CopyCount; heldOut: CopyCount }): Verdict {
	const own = synthetic.share ?? 0;
	const chance = heldOut.share ?? 0;
	const rows = Math.max(1, heldOut.rows ?? 0);
	// The share of few held-out rows is uncertain itself.
	const noise = 2 * Math.sqrt(Math.max(chance, 1 / rows) * (1 / Math.max(1, synthetic.rows ?? 0) + 1 / rows));
	return own <= chance + noise ? 'good' : own <= 2 * chance + 0.01 ? 'watch' : 'bad';
}

function closestVerdict({ share, standardError }: ClosestRecord, floor: Figure | undefined): Verdict {
	if (!isDefined(share)) return 'watch';
	const above = (share - Math.max(0.5, floor ?? 0)) / (standardError ?? 0.02);
	return above < 2 ? 'good' : share < 0.55 ? 'watch' : 'bad';
}

function ratioVerdict({ ratioToTraining, ratioToHeldOut }: ClosestRecord): Verdict {
	if (!isDefined(ratioToTraining) || !isDefined(ratioToHeldOut)) return 'watch';
	return ratioToTraining >= 0.8 * ratioToHeldOut ? 'good' : ratioToTraining >= 0.4 * ratioToHeldOut ? 'watch' : 'bad';
}

function attackVerdict({ auc, standardError }: Attack): Verdict {
	if (!isDefined(auc)) return 'watch';
	return (auc - 0.5) / (standardError ?? 0.02) < 2 ? 'good' : auc < 0.6 ? 'watch' : 'bad';
}

const SEVERITY: readonly Verdict[] = ['good', 'watch', 'bad'];

interface Measure {
	readonly name: string;
	readonly meaning: string;
	readonly synthetic: HtmlPart;
	readonly expected: HtmlPart;
	readonly verdict: Verdict;
}

function copyMeasure(
	name: string,
	meaning: string,
	counts: { synthetic: CopyCount; heldOut: CopyCount } | undefined,
): Measure[] {
	if (counts === undefined) return [];
	const { synthetic, heldOut } = counts;
	return [
		{
			name,
			meaning,
			synthetic: html`${formatShare(synthetic.share, 2)}<br><small>${formatCount(synthetic.copies)} of ${formatCount(synthetic.rows)}</small>`,
			expected: html`${formatShare(heldOut.share, 2)}<br><small>held-out rows</small>`,
			verdict: copiesVerdict(counts),
		},
	];
}

function attackMeasure(name: string, meaning: string, attack: Attack | undefined): Measure[] {
	if (attack === undefined) return [];
	return [
		{
			name,
			meaning,
			synthetic: withError(attack.auc, attack.standardError),
			expected: html`50\u00a0%<br><small>a blind guess</small>`,
			verdict: attackVerdict(attack),
		},
	];
}

function withError(value: Figure, error: Figure): Html {
	return html`${formatShare(value)}${isDefined(error) ? html`<br><small>± ${formatShare(2 * error)}</small>` : null}`;
}

function measures({ copies, nearCopies, closestRecord, closestRecordFloor, membership }: LeakReport): Measure[] {
	const closest: Measure[] =
		closestRecord === undefined
			? []
			: [
					{
						name: 'Closest to a training row',
						meaning:
							'synthetic rows that would be closer to a training row than to a held-out row, were there as many of both',
						synthetic: withError(closestRecord.share, closestRecord.standardError),
						expected: html`${formatShare(Math.max(0.5, closestRecordFloor ?? 0))}<br><small>without memory</small>`,
						verdict: closestVerdict(closestRecord, closestRecordFloor),
					},
					{
						name: 'Distance ratio',
						meaning: 'closest over second closest real row, lowest 5\u00a0%: near 0 where rows sit on single real rows',
						synthetic: html`${formatFigure(closestRecord.ratioToTraining, 2)}<br><small>to training rows</small>`,
						expected: html`${formatFigure(closestRecord.ratioToHeldOut, 2)}<br><small>to held-out rows</small>`,
						verdict: ratioVerdict(closestRecord),
					},
				];
	return [
		...copyMeasure('Exact copies', 'equal to a training row in every column', copies),
		...copyMeasure('Copies of unique rows', 'equal to a training row that is the only one of its kind', copies?.unique),
		...copyMeasure('Near copies', 'equal in all columns but one, numbers within 1\u00a0% of the range', nearCopies),
		...closest,
		...attackMeasure(
			'Membership by distance',
			'how often an attacker tells a training row from a held-out row by the closest synthetic row',
			membership?.distance,
		),
		...attackMeasure(
			'Membership by density',
			'the same, calibrated by real rows that the attacker has',
			membership?.densityRatio,
		),
	];
}

function summary(found: readonly Measure[]): Html {
	const worst = SEVERITY[Math.max(...found.map(({ verdict }) => SEVERITY.indexOf(verdict)))] ?? 'watch';
	const of = (verdict: Verdict) =>
		found.filter((measure) => measure.verdict === verdict).map(({ name }) => name.toLowerCase());
	const words =
		worst === 'good'
			? 'Nothing found: the synthetic rows repeat and give away no more than real rows that training has not seen would.'
			: worst === 'bad'
				? `Training records show through: ${of('bad').join(', ')}.`
				: `More than chance alone would give, though not much: ${of('watch').join(', ')}.`;
	return answer(words, worst);
}

function measureTable(found: readonly Measure[]): Html {
	return dataTable(
		[
			{ head: 'Measure', isWide: true },
			{ head: 'Synthetic rows', isNumber: true },
			{ head: 'To be expected', isNumber: true },
			{ head: '' },
		],
		found.map(({ name, meaning, synthetic, expected, verdict }) => [
			html`${name}<br><small>${meaning}</small>`,
			synthetic,
			expected,
			verdictMark(verdict),
		]),
	);
}

function distancePlot({ distances }: ClosestRecord): Html | null {
	const { edges, training, heldOut } = distances;
	if (training.length === 0) return null;
	const points = (shares: readonly Figure[]) =>
		shares.map((share, i) => ({ x: ((edges[i] ?? 0) + (edges[i + 1] ?? 0)) / 2, share: share ?? 0 }));
	const picture = plotSvg({
		description: 'Distance of the synthetic rows to the closest training row and the closest held-out row',
		height: 190,
		marginLeft: 44,
		x: { label: 'distance to the closest real row', ticks: 5 },
		y: { label: null, tickFormat: '.0%', ticks: 4, grid: true },
		marks: [
			areaY(points(heldOut), { x: 'x', y: 'share', fill: 'var(--real)', fillOpacity: 0.35 }),
			line(points(training), { x: 'x', y: 'share', stroke: 'var(--synthetic)', strokeWidth: 2 }),
			ruleY([0], { strokeOpacity: 0.4 }),
		],
	});
	return figure(
		'How close the synthetic rows come',
		picture,
		legend([
			{ color: 'real', shape: 'area', text: 'to held-out rows' },
			{ color: 'synthetic', shape: 'line', text: 'to training rows' },
		]),
	);
}

const MOST_DISCLOSED = 12;

/** How much more often the attacker guesses right with the synthetic rows than with other real rows. */
function excess({ synthetic, heldOut }: Disclosure[number]): number {
	const gap = (heldOut.protection ?? Number.NaN) - (synthetic.protection ?? Number.NaN);
	return Number.isNaN(gap) ? Number.NEGATIVE_INFINITY : gap;
}

function disclosureTable(columns: Disclosure): Html | null {
	if (columns.length === 0) return null;
	const shown = [...columns].sort((a, b) => excess(b) - excess(a)).slice(0, MOST_DISCLOSED);
	const guessed = (protection: Figure) => formatShare(isDefined(protection) ? 1 - protection : null);
	const hidden = columns.length - shown.length;
	return html`<h3>What could be learnt about a person</h3>
<p class="aside">Someone who knows three values of a training record looks them up in the table and guesses the fourth. Held-out rows in place of the synthetic ones show what such people have in common; only what goes beyond that is given away.${hidden > 0 ? ` The ${formatCount(shown.length)} columns with the largest difference of ${formatCount(columns.length)}.` : ''}</p>${dataTable(
		[
			{ head: 'Guessed' },
			{ head: 'Known', isWide: true },
			{ head: 'Right with synthetic rows', isNumber: true },
			{ head: 'Right with held-out rows', isNumber: true },
			{ head: 'Right by blind guess', isNumber: true },
		],
		shown.map(({ column, known, synthetic, heldOut }) => [
			dataText(column, 40),
			html`${known.map((name, i) => html`${i > 0 ? ', ' : ''}${dataText(name, 30)}`)}`,
			guessed(synthetic.protection),
			guessed(heldOut.protection),
			guessed(synthetic.baseline),
		]),
	)}`;
}

export function leakSection(leaks: LeakReport): Section {
	const { closestRecord, nearCopies, disclosure } = leaks;
	const found = measures(leaks);
	const plot = closestRecord === undefined ? null : distancePlot(closestRecord);
	return {
		id: 'leaks',
		short: 'Leaks',
		question: 'Does the synthetic table give away real records?',
		body: html`${summary(found)}${measureTable(found)}${
			closestRecord === undefined
				? null
				: html`<p class="aside">${formatNumberOf(closestRecord.sampled, 'synthetic row')} against ${formatNumberOf(closestRecord.training, 'training row')} and ${formatNumberOf(closestRecord.heldOut, 'held-out row')}. Median distance to the closest record among equally many of both, 0 to 1: ${formatFigure(closestRecord.medianToTraining)} to training rows, ${formatFigure(closestRecord.medianToHeldOut)} to held-out rows.</p>`
		}${plot === null ? null : figures([plot], 'large')}${
			nearCopies === undefined ? null : copyPairs(nearCopies.pairs)
		}${disclosure === undefined ? null : disclosureTable(disclosure)}<p class="aside">These are measurements on this table, not a guarantee of privacy.</p>`,
	};
}
