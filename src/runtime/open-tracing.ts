import type { Context } from '@opentelemetry/api';
import type { ReadableSpan, Span, SpanProcessor } from '@opentelemetry/sdk-trace-node';
import type { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry';

/** Whoever waits for a run asks for its progress every second, which tells nothing of where the time goes. */
const NOT_SENT = /^(QueryWorkflow|HandleQuery|DescribeWorkflow)\b/;

/** What is traced in this process, once for all: OpenTelemetry has one context of what goes on. */
let opened: Promise<OpenTelemetryPlugin | null> | null = null;

/**
 * Spans of workflows, activities and calls of clients, sent to the receiver that `OTEL_EXPORTER_OTLP_ENDPOINT` (or
 * `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`) names, by OTLP over HTTP. A span has names, ids, times and how it ended; no
 * message and no stack, which could quote a value of a record.
 *
 * @param onMissing is told where the packages, which are optional, are not installed
 * @returns what clients and workers of the Temporal SDK are given; null where nothing is to be traced
 */
export async function openTracing(onMissing: (hint: string) => void = () => {}): Promise<OpenTelemetryPlugin | null> {
	if (!isAsked(process.env)) return null;
	opened ??= openPlugin();
	try {
		return await opened;
	} catch (error) {
		// A cluster may name a receiver to whatever runs in it: no reason not to work.
		if (!isNotFound(error)) throw error;
		onMissing(`npm install ${PACKAGES.join(' ')}`);
		return null;
	}
}

const PACKAGES = [
	'@temporalio/interceptors-opentelemetry',
	'@opentelemetry/api@1',
	'@opentelemetry/sdk-trace-node@1',
	'@opentelemetry/resources@1',
	'@opentelemetry/exporter-trace-otlp-http@0.57',
];

function isAsked(env: NodeJS.ProcessEnv): boolean {
	if (env.OTEL_SDK_DISABLED === 'true' || env.OTEL_TRACES_EXPORTER === 'none') return false;
	return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

function isNotFound(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND';
}

async function openPlugin(): Promise<OpenTelemetryPlugin> {
	const [{ OpenTelemetryPlugin }, sdk, { Resource, envDetectorSync }, { OTLPTraceExporter }] = await Promise.all([
		import('@temporalio/interceptors-opentelemetry'),
		import('@opentelemetry/sdk-trace-node'),
		import('@opentelemetry/resources'),
		import('@opentelemetry/exporter-trace-otlp-http'),
	]);
	const resource = new Resource({ 'service.name': 'counterfoil' }).merge(envDetectorSync.detect());
	const spanProcessor = withoutMessages(new sdk.BatchSpanProcessor(new OTLPTraceExporter()));
	const provider = new sdk.NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
	provider.register();
	// What has not been sent when there is nothing else to do is sent then.
	process.once('beforeExit', () => void spanProcessor.forceFlush().catch(() => undefined));
	return new OpenTelemetryPlugin({ resource, spanProcessor, tracer: provider.getTracer('counterfoil') });
}

function withoutMessages(to: SpanProcessor): SpanProcessor {
	return {
		onStart: (span: Span, context: Context) => to.onStart(span, context),
		onEnd: (span) => {
			if (!NOT_SENT.test(span.name)) to.onEnd(withoutMessage(span));
		},
		forceFlush: () => to.forceFlush(),
		shutdown: () => to.shutdown(),
	};
}

function withoutMessage(span: ReadableSpan): ReadableSpan {
	const events = span.events.map(({ name, time, attributes = {} }) => {
		const type = attributes['exception.type'];
		return { name, time, attributes: type === undefined ? {} : { 'exception.type': type } };
	});
	return Object.create(span, {
		status: { value: { code: span.status.code }, enumerable: true },
		events: { value: events, enumerable: true },
	}) as ReadableSpan;
}
