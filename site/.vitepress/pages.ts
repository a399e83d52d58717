/** The pages of the site in their order, by what a reader wants of them (diataxis.fr). */
export interface PageGroup {
	readonly text: string;
	readonly items: readonly { readonly text: string; readonly link: string }[];
}

export const PAGE_GROUPS: readonly PageGroup[] = [
	{
		text: 'Tutorial',
		items: [{ text: 'From the demo to a table of your own', link: '/tutorial' }],
	},
	{
		text: 'How-to guides',
		items: [
			{ text: 'For analysts', link: '/guides/analyst' },
			{ text: 'For operators', link: '/guides/operator' },
			{ text: 'For developers', link: '/guides/developer' },
			{ text: 'Cookbook', link: '/cookbook' },
			{ text: 'The review queue', link: '/queue' },
			{ text: 'The console', link: '/console' },
			{ text: 'SQL for analysts', link: '/sql' },
			{ text: 'Generating rows', link: '/generation' },
			{ text: 'Models that learn from labels', link: '/retraining' },
			{ text: 'From scripts and programs', link: '/automation' },
			{ text: 'As a library', link: '/library' },
			{ text: 'On Temporal', link: '/temporal' },
			{ text: 'Schedules', link: '/schedules' },
			{ text: 'PostgreSQL', link: '/postgresql' },
			{ text: 'Object storage', link: '/object-storage' },
			{ text: 'Deploying', link: '/deploy' },
			{ text: 'Sizing', link: '/sizing' },
			{ text: 'Coming from SDV or CTGAN', link: '/migrate-from-sdv' },
			{ text: 'Coming from PyOD', link: '/migrate-from-pyod' },
		],
	},
	{
		text: 'Reference',
		items: [
			{ text: 'The command line', link: '/command-line' },
			{ text: 'Commands', link: '/reference/commands' },
			{ text: 'Configuration', link: '/configuration' },
			{ text: 'Keys of the configuration', link: '/reference/configuration' },
			{ text: 'Tables and views', link: '/reference/tables' },
			{ text: 'HTTP API', link: '/reference/api' },
			{ text: 'Error codes', link: '/errors' },
			{ text: 'counterfoil', link: '/reference/library' },
			{ text: 'counterfoil/client', link: '/reference/client' },
			{ text: 'counterfoil/review', link: '/reference/review' },
			{ text: 'counterfoil/config', link: '/reference/config' },
			{ text: 'What can be read, and how', link: '/ingestion' },
			{ text: 'The payments simulator', link: '/simulator' },
		],
	},
	{
		text: 'Explanation',
		items: [
			{ text: 'How a record is scored', link: '/scoring' },
			{ text: 'The GAN', link: '/gan' },
			{ text: 'Constraints', link: '/constraints' },
			{ text: 'Quality and release of rows', link: '/quality' },
			{ text: 'Private generators', link: '/privacy' },
			{ text: 'The supervised learner', link: '/learning' },
			{ text: 'Whether augmentation helps', link: '/augmentation' },
			{ text: 'Durability', link: '/durability' },
			{ text: 'Scaling', link: '/scaling' },
			{ text: 'Architecture', link: '/architecture' },
			{ text: 'Threat model', link: '/threat-model' },
			{ text: 'Limits', link: '/limits' },
			{ text: 'Dependencies', link: '/dependencies' },
		],
	},
	{ text: 'Results', items: [{ text: 'Beside other tools', link: '/results' }] },
];
