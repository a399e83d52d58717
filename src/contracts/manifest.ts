import type { OutputColumn, ValueForm } from './column-type.ts';
import type { ArtifactRef } from './pipeline.ts';
import type { ValueReading } from './value-reading.ts';

/** A stored table: the column shards in order, and where it came from. */
export interface TableManifest {
	readonly names: readonly string[];
	readonly rows: number;
	readonly shards: readonly ShardRef[];
	/** A PartialProfile of all rows, where it was made while the table was written. */
	readonly statistics?: ArtifactRef;
	/** Of generated tables: how their columns are written where types are told apart. */
	readonly columns?: readonly OutputColumn[];
	/** Absent for generated tables. */
	readonly source?: TableSourceFacts;
}

export interface ShardRef extends ArtifactRef {
	/** Row number in the table of the first row; rows count from 0. */
	readonly firstRow: number;
	readonly rows: number;
}

/** What was found about the file a table was read from. */
export interface TableSourceFacts {
	readonly path: string;
	readonly format: string;
	readonly sha256: string;
	readonly bytes: number;
	readonly rowsTotal: number;
	readonly rowsLoaded: number;
	readonly rowsRejected: number;
	readonly blankLines: number;
	/** JSON-serialisable: delimiter, quote, header, encoding and so on. */
	readonly dialect: unknown;
	/** What was mended while reading, in words, with counts. */
	readonly repairs: readonly RepairNote[];
	/** What the columns hold where the file tells texts from other values; absent where it does not. */
	readonly forms?: readonly { readonly column: string; readonly form: ValueForm }[];
	/** How its texts are to be understood; absent where they stand as they are. */
	readonly reading?: ValueReading;
	/** JSON Lines of rejects, in order. */
	readonly rejects: readonly ArtifactRef[];
}

export interface RepairNote {
	readonly kind: string;
	readonly message: string;
	readonly count: number;
}
