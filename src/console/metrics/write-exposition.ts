/** A metric with its samples, as Prometheus reads it. */
export interface Metric {
	/** Without the prefix `counterfoil_`. */
	readonly name: string;
	readonly help: string;
	readonly type: 'counter' | 'gauge' | 'histogram';
	readonly samples: readonly Sample[];
}

export interface Sample {
	/** Of a histogram. */
	readonly part?: 'bucket' | 'sum' | 'count';
	readonly labels?: Readonly<Record<string, string>>;
	readonly value: number;
}

/** Version 0.0.4 of the text format, which every Prometheus reads. */
export const EXPOSITION_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function writeExposition(metrics: readonly Metric[]): string {
	const lines = metrics.flatMap(({ name, help, type, samples }) => {
		const full = `counterfoil_${name}`;
		return [
			`# HELP ${full} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
			`# TYPE ${full} ${type}`,
			...samples.map(({ part, labels = {}, value }) => {
				const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escapeLabel(text)}"`);
				const around = pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
				return `${full}${part === undefined ? '' : `_${part}`}${around} ${value}`;
			}),
		];
	});
	return `${lines.join('\n')}\n`;
}

function escapeLabel(text: string): string {
	// A carriage return would end a line for some readers.
	return text.replaceAll('\r', ' ').replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** The samples of a histogram over durations or other values, for one set of labels. */
export function histogramSamples(
	values: readonly number[],
	bounds: readonly number[],
	labels: Readonly<Record<string, string>>,
): Sample[] {
	const buckets = bounds.map((bound) => ({
		part: 'bucket' as const,
		labels: { ...labels, le: String(bound) },
		value: values.filter((value) => value <= bound).length,
	}));
	return [
		...buckets,
		{ part: 'bucket', labels: { ...labels, le: '+Inf' }, value: values.length },
		{ part: 'sum', labels, value: values.reduce((sum, value) => sum + value, 0) },
		{ part: 'count', labels, value: values.length },
	];
}
