import type { ProposedRoles } from '../contracts/inspection.ts';
import type { ColumnProfile, TableProfile } from '../contracts/profile.ts';

const LABEL_NAME =
	/^(is_?)?(label|class|target|fraud|fraudulent|anomaly|anomalous|outlier|churn|churned|default|defaulted|outcome|y|income|survived|spam|attack|response|subscribed)(_?(flag|label|class))?$/i;
const KEY_NAME = /(^|_)(id|uuid|guid|key|ref|reference|number|no|nr)$/i;
const TIME_NAME = /(^|_)(created|time|timestamp|date|datetime|at|ts|occurred|booked|posted|when)(_|$)/i;
const BIRTH_NAME = /(^|_)(birth|birthday|birthdate|dob|geburtsdatum|geburtstag)(_|$)/i;
const MOST_CLASSES = 20;

/** The columns that the table itself suggests for the key, the time and the label; named ones stay. */
export function proposeRoles({ columns }: TableProfile): ProposedRoles {
	return {
		key: named(columns, 'key') ?? best(columns, isKey, keyFit),
		time: best(
			columns,
			({ kind, name }) => kind === 'datetime' && !BIRTH_NAME.test(words(name)),
			({ name, missing }) => (TIME_NAME.test(words(name)) ? 2 : 0) + (missing === 0 ? 1 : 0),
		),
		label:
			named(columns, 'label') ??
			best(columns, isLabel, ({ kind, distinct }) => (kind === 'boolean' || distinct === 2 ? 1 : 0)),
	};
}

function named(columns: readonly ColumnProfile[], role: ColumnProfile['role']): string | null {
	return columns.find((column) => column.role === role)?.name ?? null;
}

/** The first of the columns that fit best. */
function best(
	columns: readonly ColumnProfile[],
	fits: (column: ColumnProfile) => boolean,
	score: (column: ColumnProfile) => number,
): string | null {
	const [first] = columns.filter(fits).sort((a, b) => score(b) - score(a));
	return first?.name ?? null;
}

function isKey({ kind, missing, distinct, rows }: ColumnProfile): boolean {
	// Beyond the exact counts the number of different values is an estimate.
	return kind === 'key' && missing === 0 && distinct > 0.95 * rows;
}

function keyFit({ name, distinct, rows }: ColumnProfile): number {
	return (KEY_NAME.test(words(name)) ? 2 : 0) + (distinct === rows ? 1 : 0);
}

function isLabel({ kind, name, distinct, missing, rows }: ColumnProfile): boolean {
	const isClass = kind === 'boolean' || kind === 'categorical' || kind === 'integer';
	return isClass && distinct >= 2 && distinct <= MOST_CLASSES && missing < rows && LABEL_NAME.test(words(name));
}

function words(name: string): string {
	return name
		.trim()
		.replace(/([a-z0-9])([A-Z])/g, '$1_$2')
		.replace(/[\s.-]+/g, '_');
}
