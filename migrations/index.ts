import type { Migration } from 'kysely/migration';
import { down as down0001, up as up0001 } from './0001-initial.ts';
import { down as down0002, up as up0002 } from './0002-model-history.ts';
import { down as down0003, up as up0003 } from './0003-synthetic-release.ts';
import { down as down0004, up as up0004 } from './0004-generated-tables.ts';
import { down as down0006, up as up0006 } from './0006-schema-contract.ts';
import { down as down0007, up as up0007 } from './0007-reject-files.ts';
import { down as down0008, up as up0008 } from './0008-review-work.ts';
import { down as down0009, up as up0009 } from './0009-review-views.ts';
import { down as down0010, up as up0010 } from './0010-purges.ts';
import { down as down0011, up as up0011 } from './0011-learning.ts';
import { down as down0013, up as up0013 } from './0013-console-access.ts';
import { down as down0015, up as up0015 } from './0015-schedules.ts';
import { down as down0016, up as up0016 } from './0016-repeated-keys.ts';
import { down as down0017, up as up0017 } from './0017-append-review-events.ts';
import { down as down0018, up as up0018 } from './0018-console-people.ts';

/** All migrations by name; a new one must sort after the last. A published one is never changed. */
export const MIGRATIONS: Readonly<Record<string, Migration>> = {
	'0001-initial': { up: up0001, down: down0001 },
	'0002-model-history': { up: up0002, down: down0002 },
	'0003-synthetic-release': { up: up0003, down: down0003 },
	'0004-generated-tables': { up: up0004, down: down0004 },
	'0006-schema-contract': { up: up0006, down: down0006 },
	'0007-reject-files': { up: up0007, down: down0007 },
	'0008-review-work': { up: up0008, down: down0008 },
	'0009-review-views': { up: up0009, down: down0009 },
	'0010-purges': { up: up0010, down: down0010 },
	'0011-learning': { up: up0011, down: down0011 },
	'0013-console-access': { up: up0013, down: down0013 },
	'0015-schedules': { up: up0015, down: down0015 },
	'0016-repeated-keys': { up: up0016, down: down0016 },
	'0017-append-review-events': { up: up0017, down: down0017 },
	'0018-console-people': { up: up0018, down: down0018 },
};
