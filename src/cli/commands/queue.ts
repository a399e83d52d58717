import type { Command } from 'commander';
import { addExamples } from '../add-examples.ts';
import type { Terminal } from '../terminal.ts';
import { defineQueueExport } from './export.ts';
import { defineQueueDecide } from './queue-decide.ts';
import { defineQueueList } from './queue-list.ts';
import { defineQueueMove } from './queue-move.ts';
import { defineQueueRules } from './queue-rules.ts';
import { defineQueueStats } from './queue-stats.ts';
import { defineQueueSuppress } from './queue-suppress.ts';
import { defineQueueWork } from './queue-work.ts';

export function defineQueue(group: Command, terminal: Terminal): void {
	addExamples(group, [
		['queue list', 'the records to look at first'],
		['queue next', 'claim the most urgent one and look at it'],
		['queue decide fraud 17 --reason stolen_card', 'what it is'],
		['queue undo', 'take back what you decided last'],
	]);
	defineQueueList(group, terminal);
	defineQueueWork(group, terminal);
	defineQueueDecide(group, terminal);
	defineQueueMove(group, terminal);
	defineQueueSuppress(group, terminal);
	defineQueueRules(group, terminal);
	defineQueueStats(group, terminal);
	defineQueueExport(group, terminal);
}
