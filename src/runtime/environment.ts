/** The variables that are read besides those of the configuration's keys; a test finds each in the sources, and none besides. */
export const ENVIRONMENT: readonly (readonly [string, string])[] = [
	['COUNTERFOIL_ARTIFACTS', 'folder or s3:// address of models, column shards and reports, as `--artifacts`'],
	['COUNTERFOIL_BACKEND', 'what computes: auto, node or wasm; `--backend` wins'],
	['COUNTERFOIL_CACHE', 'folder in which `npm ci` keeps what it fetched'],
	['COUNTERFOIL_DB', 'database, as `--db`'],
	['COUNTERFOIL_HOME', 'folder of models, tables and reports (default: `.counterfoil` in the current folder)'],
	['COUNTERFOIL_USER', 'who decides, as `--as`'],
	['COUNTERFOIL_DEBUG', '1: what compute processes and the SDK of Temporal say, and the stacks of errors'],
	['COUNTERFOIL_DOCS_URL', 'page on which the codes of errors are explained, in place of the one in the package'],
	['COUNTERFOIL_INPUT_ROOTS', 'folders and s3:// addresses that a worker may read from, separated as in `PATH`'],
	['COUNTERFOIL_LOG_LEVEL', 'what a worker logs: trace, debug, info, warn, error or silent; `--log-level` wins'],
	[
		'COUNTERFOIL_PAYLOAD_KEYS',
		'keys that encrypt what goes through Temporal; see [On Temporal](../temporal.md#encryption)',
	],
	['COUNTERFOIL_PAYLOAD_KEYS_FILE', 'file with these keys, one a line'],
	[
		'COUNTERFOIL_S3_PATH_STYLE',
		'1: the bucket is in the path of object storage, 0: in the name of the host (default: 1 where an endpoint is named)',
	],
	['COUNTERFOIL_OIDC_CLIENT_SECRET', 'secret of the console at the OpenID provider that people sign in by'],
	['COUNTERFOIL_SQL_DB', 'on PostgreSQL: role for the SQL page of the console, as `--sql-db`'],
	['COUNTERFOIL_TFJS', 'skip: `npm ci` does not fetch TensorFlow, so that WebAssembly computes'],
	['COUNTERFOIL_WEBHOOK_SECRET', 'signs what `monitor --webhook` sends'],
];
