import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { createSchedule, describeSchedules } from '../../src/runtime/schedules-on-temporal.ts';
import { startTemporal } from '../e2e/temporal-server.ts';

const ZONE = 'Europe/Zurich';
const HOUR_MS = 3_600_000;

/** Day and time of day as a clock on the wall there shows them. */
function wallClock(iso: string): { readonly day: string; readonly time: string } {
	const parts = new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE, dateStyle: 'short', timeStyle: 'short' });
	const [day = '', time = ''] = parts.format(new Date(iso)).split(' ');
	return { day, time };
}

/** Hours between UTC and the clock on the wall at a time. */
function offsetHours(iso: string): number {
	const { day, time } = wallClock(iso);
	return Math.round((Date.parse(`${day}T${time}Z`) - Date.parse(iso)) / HOUR_MS);
}

describe('a schedule in a time zone with summer time', () => {
	const names = ['TEMPORAL_ADDRESS', 'TEMPORAL_NAMESPACE'] as const;
	let stop: () => Promise<void>;

	before(async () => {
		const server = await startTemporal();
		for (const name of names) process.env[name] = server.env[name] ?? '';
		stop = server.stop;
	});
	after(async () => {
		for (const name of names) delete process.env[name];
		await stop();
	});

	async function nextOf(scheduleId: string, cron: string): Promise<readonly string[]> {
		await createSchedule(scheduleId, { cron, timeZone: ZONE, isPaused: true });
		const [state] = await describeSchedules([scheduleId]);
		assert.ok(state != null && state.next.length >= 8);
		return state.next;
	}

	test('comes at the same time by the clock on the wall before and after the change', async () => {
		// The last days of March and October, within which the clocks are changed.
		const times = await nextOf('morning', '30 6 25-31 3,10 *');
		assert.deepEqual(new Set(times.map((time) => wallClock(time).time)), new Set(['06:30']));
		assert.deepEqual(new Set(times.map(offsetHours)), new Set([1, 2]));
	});

	test('comes once in the night in which an hour comes twice', async () => {
		const times = await nextOf('autumn', '30 2 25-31 10 *');
		const days = times.map((time) => wallClock(time).day);
		assert.equal(new Set(days).size, days.length, String(times));
		assert.deepEqual(new Set(times.map((time) => wallClock(time).time)), new Set(['02:30']));
		assert.deepEqual(new Set(times.map(offsetHours)), new Set([1, 2]));
	});

	test('does not come in the night in which its hour is left out', async () => {
		const times = await nextOf('spring', '30 2 25-31 3 *');
		const days = times.map((time) => wallClock(time).day);
		assert.equal(new Set(days).size, days.length, String(times));
		assert.deepEqual(new Set(times.map((time) => wallClock(time).time)), new Set(['02:30']));
		const isOfChange = (day: string) => offsetHours(`${day}T00:00:00Z`) !== offsetHours(`${day}T12:00:00Z`);
		assert.ok(isOfChange('2027-03-28') && !days.some(isOfChange), String(days));
	});
});
