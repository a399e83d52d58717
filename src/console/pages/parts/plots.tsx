import { formatCount, formatNumber } from '../format.ts';

interface Line {
	readonly name: string;
	readonly step: readonly number[];
	readonly value: readonly (number | null)[];
}

const WIDTH = 420;
const HEIGHT = 180;
const LEFT = 46;
const BOTTOM = 22;

/** Curves over the steps of training. */
export function CurvePlot({
	title,
	lines,
	reference,
}: {
	readonly title: string;
	readonly lines: readonly Line[];
	readonly reference: number | null;
}) {
	const values = lines.flatMap(({ value }) => value.filter((each) => each !== null));
	const steps = lines.flatMap(({ step }) => step);
	if (values.length < 2) return null;
	const [low, high] = [
		Math.min(...values, reference ?? values[0] ?? 0),
		Math.max(...values, reference ?? values[0] ?? 0),
	];
	const end = Math.max(...steps, 1);
	const x = (step: number) => LEFT + (step / end) * (WIDTH - LEFT - 8);
	const y = (value: number) => 8 + (1 - (value - low) / (high - low || 1)) * (HEIGHT - BOTTOM - 8);
	const points = ({ step, value }: Line) =>
		step.flatMap((at, i) => {
			const each = value[i];
			return each === null || each === undefined ? [] : [`${x(at).toFixed(1)},${y(each).toFixed(1)}`];
		});
	const lastOf = ({ value }: Line) => value.findLast((each) => each !== null) ?? null;
	const told = lines.map((line) => `${line.name} ends at ${formatNumber(lastOf(line) ?? 0)}`).join(', ');
	return (
		<figure class="plot">
			<figcaption>{title}</figcaption>
			<svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${title}: ${told}`}>
				<line class="axis" x1={LEFT} x2={WIDTH - 8} y1={HEIGHT - BOTTOM} y2={HEIGHT - BOTTOM} />
				{[low, (low + high) / 2, high].map((tick) => (
					<g key={tick}>
						<line class="grid" x1={LEFT} x2={WIDTH - 8} y1={y(tick)} y2={y(tick)} />
						<text x={LEFT - 6} y={y(tick) + 4} text-anchor="end">
							{formatNumber(Number(tick.toPrecision(3)))}
						</text>
					</g>
				))}
				{reference !== null && <line class="reference" x1={LEFT} x2={WIDTH - 8} y1={y(reference)} y2={y(reference)} />}
				{lines.map((line, i) => (
					<polyline key={line.name} class={`curve curve-${i}`} points={points(line).join(' ')} />
				))}
				<text x={WIDTH - 8} y={HEIGHT - 6} text-anchor="end">
					step {formatCount(end)}
				</text>
			</svg>
			<p class="legend">
				{lines.map((line, i) => (
					<span key={line.name} class={`legend-${i}`}>
						{line.name}
					</span>
				))}
			</p>
		</figure>
	);
}

interface Bin {
	readonly from: number;
	readonly to: number;
	readonly records: number;
	readonly lowestScore: number;
}

const BARS_HEIGHT = 150;
const BARS_WIDTH = 720;

/** Counts grow tenfold: the few in the tail are what matters. */
export function ScoreHistogram({
	bins,
	threshold,
	thresholdSurprise,
}: {
	readonly bins: readonly Bin[];
	readonly threshold: number;
	readonly thresholdSurprise: number;
}) {
	const most = Math.max(1, ...bins.map(({ records }) => records));
	const least = bins[0]?.from ?? 0;
	const end = bins.at(-1)?.to ?? 1;
	const width = BARS_WIDTH / Math.max(1, bins.length);
	const height = (records: number) =>
		records === 0 ? 0 : 4 + (Math.log10(records + 1) / Math.log10(most + 1)) * (BARS_HEIGHT - 26);
	const at = ((thresholdSurprise - least) / (end - least || 1)) * BARS_WIDTH;
	const marks = [1, 10, 100, 1_000, 10_000, 100_000].filter((count) => count <= most);
	return (
		<svg
			class="histogram"
			viewBox={`0 0 ${BARS_WIDTH} ${BARS_HEIGHT}`}
			role="img"
			aria-label={`Records by surprise; the threshold is at score ${threshold.toFixed(5)}`}
		>
			{marks.map((count) => (
				<g key={count}>
					<line
						class="grid"
						x1="0"
						x2={BARS_WIDTH}
						y1={BARS_HEIGHT - 16 - height(count)}
						y2={BARS_HEIGHT - 16 - height(count)}
					/>
					<text x={BARS_WIDTH} y={BARS_HEIGHT - 19 - height(count)} text-anchor="end">
						{formatCount(count)}
					</text>
				</g>
			))}
			{bins.map((bin, i) => (
				<rect
					key={bin.from}
					class={bin.from >= thresholdSurprise ? 'above' : bin.to > thresholdSurprise ? 'across' : 'below'}
					x={i * width + 0.5}
					y={BARS_HEIGHT - 16 - height(bin.records)}
					width={Math.max(1, width - 1)}
					height={height(bin.records)}
				>
					<title>{`${formatCount(bin.records)} records, surprise ${formatNumber(bin.from)} to ${formatNumber(bin.to)}`}</title>
				</rect>
			))}
			<line class="cut" x1={at} x2={at} y1="0" y2={BARS_HEIGHT - 16} />
			<text x="0" y={BARS_HEIGHT - 3}>
				usual
			</text>
			<text x={BARS_WIDTH} y={BARS_HEIGHT - 3} text-anchor="end">
				surprising
			</text>
		</svg>
	);
}

/** Decisions of each day, stacked. */
export function DayBars({
	days,
}: {
	readonly days: readonly {
		readonly day: string;
		readonly fraud: number;
		readonly legitimate: number;
		readonly unsure: number;
	}[];
}) {
	const most = Math.max(1, ...days.map(({ fraud, legitimate, unsure }) => fraud + legitimate + unsure));
	const total = days.reduce((sum, { fraud, legitimate, unsure }) => sum + fraud + legitimate + unsure, 0);
	return (
		<div class="days" role="img" aria-label={`${formatCount(total)} decisions in ${days.length} days`}>
			{days.map((day) => (
				<div
					key={day.day}
					class="day"
					title={`${day.day}: ${day.fraud} fraud, ${day.legitimate} legitimate, ${day.unsure} unsure`}
				>
					<div class="stack">
						{(['unsure', 'legitimate', 'fraud'] as const).map((word) => (
							<span key={word} class={word} style={{ height: `${(day[word] / most) * 100}%` }} />
						))}
					</div>
					<span class="day-name">{day.day.slice(8)}</span>
				</div>
			))}
		</div>
	);
}
