import type { ErrorCode } from '../contracts/errors.ts';

/**
 * What to do about each code, in Markdown: for docs/errors.md, and for errors without a hint of their own, which knows
 * the case and is more exact.
 */
export const ERROR_REMEDIES: Readonly<Record<ErrorCode, string>> = {
	ARROW_COMPRESSION_UNSUPPORTED:
		'Write the file again without compression, or with LZ4 or ZSTD; or hand the table over as Parquet.',
	ARROW_UNREADABLE:
		'Copy or export the file again; if it is the same then, hand the table over as CSV or Parquet. Nested columns must be flattened first.',
	ARTIFACT_CORRUPT:
		'Bring the file back from a backup of the artifacts. `counterfoil models verify` lists what is damaged; a model that cannot be brought back is trained again.',
	ARTIFACT_MISSING:
		'Check that `--artifacts` (or COUNTERFOIL_ARTIFACTS) names the place that was written to; else bring the file back from a backup.',
	AUDIT_BROKEN:
		'Do not write to this database any more, keep it as it is, and find out who could: the message names the first event that does not fit. A backup from before can be checked with `counterfoil audit verify --db FILE`.',
	AUTHENTICATION_NEEDED: 'Sign in again, or send a valid token; `counterfoil users` makes users and tokens.',
	BACKEND_UNAVAILABLE:
		'Leave out `--backend`, which then takes what there is; `counterfoil doctor` says what is lacking and how to install it.',
	CANCELLED:
		'Nothing is broken: what was done stays. A run goes on with `counterfoil runs resume RUN`, all else is begun again.',
	CHILD_CRASHED:
		'Try again: what was done stays. If it comes again, `counterfoil doctor` checks the machine, and `--backend cpu` rules out native code.',
	CHILD_OUT_OF_MEMORY:
		'Close other programs, leave out columns with `--ignore`, or use a machine with more memory ([sizing](sizing.md)); then resume the run.',
	CHILD_TIMED_OUT:
		'Resume the run; if the machine was asleep or busy that is all. If it comes again at the same step, report it.',
	COLUMN_UNKNOWN: 'Write the name as the header has it; `counterfoil inspect FILE` lists the columns.',
	CONDITION_INVALID:
		'Name a column and a level that the training table had; `counterfoil models show MODEL` lists the columns.',
	CONFIG_INVALID:
		'Mend the setting at the place that is named; `counterfoil config validate` checks all of them, [the keys](reference/configuration.md) say what each takes.',
	CONFIRMATION_NEEDED: 'Answer the question on a terminal, or add `--yes` where it is meant.',
	CSV_TOO_MANY_COLUMNS:
		'Check `--delimiter`: a wrong one cuts texts into columns. Else raise the limit with `--limit columns=N`.',
	CSV_UNCLOSED_QUOTE:
		'Close the quote at the line that is named, or say which sign quotes: `--quote single`, `--quote none`. Rows that cannot be read are set aside unless it is said otherwise; `counterfoil rejects DATASET` shows them.',
	CSV_UNREADABLE:
		'Look at how the file is read with `counterfoil inspect FILE`, and say what is otherwise: `--delimiter`, `--encoding`, `--quote`, `--skip-rows`.',
	DATABASE_CORRUPT:
		'Restore a backup, or make a new database with `--db` and run again. `counterfoil db check` says what is damaged.',
	DATABASE_FOREIGN: 'Name another file with `--db`: this one belongs to another program and is left alone.',
	DATABASE_LOCKED: 'Wait until the other process is done, or stop it; then do the same again.',
	DATABASE_NEWER: 'Install the newer version of counterfoil, or name another database.',
	DATABASE_NOT_ACCESSIBLE:
		'Check the rights of the file and its folder, or user, password and sslmode of the URL ([PostgreSQL](postgresql.md)).',
	DATABASE_OUTDATED: 'Bring it up to date with `counterfoil db migrate`; make a backup first.',
	DATABASE_TIMEOUT: 'Try again when the server is less busy, or raise statement_timeout in the URL.',
	DATABASE_UNREACHABLE: 'Check host, port and network, and that the server takes more connections; then try again.',
	DISK_FULL: 'Make room where the message says, or name another disk with `--db`; a run is then resumed.',
	INPUT_CHANGED:
		'Run it again when nobody writes to the file. Programs that write tables should write to another name and rename it once it is whole.',
	INPUT_COMPRESSION_DAMAGED: 'Copy or compress the file again: it was cut short or changed on its way.',
	INPUT_HEADER_TOO_LONG: 'Check `--delimiter` and that the first line is a header; else raise `--limit header=N`.',
	INPUT_NOT_ALLOWED:
		'Move the table into a folder that the server may read from, or have the operator allow its folder.',
	INPUT_NOT_FOUND: 'Check the path; it is taken from the current folder.',
	INPUT_NOT_READABLE: 'Check that it is a file and that you may read it.',
	INPUT_TOO_LARGE:
		'If the size is as expected, raise the limit that is named with `--limit`; else look at where the file comes from.',
	INPUT_UNSAFE: 'Look at where the file comes from. If it can be trusted, raise the limit that is named, or split it.',
	INTERNAL: 'Please report it with the file that `bundle:` names; it holds no data. What was done can be resumed.',
	ITEM_CHANGED: 'Look at the item again and decide by what it is now.',
	ITEM_HELD: 'Take another item, or wait until the claim has run out; a lead may release it.',
	ITEM_STATE: 'Look at the item with `counterfoil queue show ITEM`; a closed one is not opened again.',
	JSON_UNREADABLE: 'Check that the file is an array of objects, or one object a line, and that it is complete.',
	MODEL_INVALID: 'Take the file from a backup, or train the model again with this version.',
	NOT_ALLOWED: 'Ask somebody whose role reaches; `counterfoil users role` changes it.',
	NOT_FOUND:
		'Check id and name with `counterfoil runs list`, `models list`, `datasets list`, and that `--db` is the right database.',
	NOT_READY:
		'Look whether the database answers (`counterfoil doctor`); after an update run `counterfoil db migrate`. It is ready by itself once both are so.',
	OUTPUT_EXISTS: 'Name another file, or remove the one that is there.',
	OUTPUT_NOT_WRITABLE: 'Change the rights of the folder, or name a file where you may write.',
	PARQUET_UNREADABLE: 'Copy or export the file again; encrypted and nested columns must be written plainly first.',
	PROVIDER_UNREACHABLE:
		'Open the address of --oidc-issuer with /.well-known/openid-configuration behind it from the machine of the console; what it shows names the issuer in the same words.',
	QUERY_LIMIT: 'Ask for less: fewer rows, an index, `limit`; or use the database itself ([SQL](sql.md)).',
	QUERY_REFUSED: 'Write one `select`; changes are made by the commands, not by SQL.',
	REJECTS_OVER_LIMIT:
		'Look at why with `counterfoil rejects DATASET`: often it is a delimiter or a quote. If so many are right, raise `--max-rejects`.',
	RELEASE_REFUSED:
		'Read the reasons in the report ([the gate](quality.md#release-gate)); train on more rows; for longer where the rows are no better than independent columns, for less long where they repeat real ones. `--override REASON` hands the rows out all the same, and is recorded.',
	REQUEST_INVALID: 'Compare the request with [the API](reference/api.md); `where` names the field.',
	REQUEST_REPEATED: 'Send a new Idempotency-Key for another request; for the same one wait for its answer.',
	REQUEST_TOO_LARGE: 'Send less at once.',
	RUN_ACTIVE: 'Wait for it (`counterfoil runs show RUN --watch`), or stop it with `counterfoil runs cancel RUN`.',
	RUN_STATE: 'See how it stands with `counterfoil runs show RUN`.',
	SCHEMA_MISMATCH:
		'Bring the table into the form of the training table: the message names the columns. `--rename` maps names; a model for another table is trained anew.',
	SCHEMA_QUARANTINED:
		'Compare with `counterfoil datasets show DATASET`; then mend the file, or allow the change with `--schema-policy evolve`.',
	SECOND_REVIEWER_NEEDED: 'Have another reviewer confirm it with `counterfoil queue decide`.',
	SIGN_CHECK_FAILED:
		'Do not use these scores. Most often the table has too few rows or nothing that belongs together; look at `counterfoil inspect FILE`, leave out identifiers with `--ignore`, and train again.',
	STALE_ATTEMPT: 'Nothing: the newer attempt goes on.',
	STORAGE_NOT_ACCESSIBLE:
		'Check bucket, region, credentials and rights ([object storage](object-storage.md)); `counterfoil doctor` tries them.',
	STORAGE_UNREACHABLE: 'Check the network and the endpoint (AWS_ENDPOINT_URL); then try again.',
	TABLE_EMPTY: 'Check that it is the right file and that `--skip-rows` does not skip all of it.',
	TABLE_EXISTS: 'Choose another name with `--table`, or replace a generated table with `--replace`.',
	TABLE_UNTRAINABLE:
		'Take more rows; and check with `counterfoil inspect FILE` that not every column is a key, constant or ignored.',
	TEMPORAL_UNREACHABLE:
		'Start a server, or check TEMPORAL_ADDRESS ([Temporal](temporal.md)); without it leave out `--temporal`.',
	TIMED_OUT: 'Do the same with a longer `--timeout` or none; a run goes on with `counterfoil runs resume RUN`.',
	TOO_MANY_REQUESTS: 'Wait for as long as the answer says, and ask less often.',
	TRAINING_DIVERGED:
		'Try another `--seed`; if it comes again, look for columns of huge numbers and leave them out with `--ignore`.',
	USAGE: 'Look at `counterfoil COMMAND --help`.',
	WEBHOOK_FAILED: 'Check the address and that it answers; alerts stay in the database and are told again.',
	WEBHOOK_REFUSED: 'Check the address and the secret that both sides share ([retraining](retraining.md)).',
};
