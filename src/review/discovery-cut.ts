import { type Kysely, sql } from 'kysely';
import type { Database } from '../store/database.ts';

/**
 * The largest p-value of a run that is still an alert where a share `level` of the alerts may be normal records.
 *
 * Benjamini and Hochberg (1995): of m p-values in rising order, all up to the last p_(k) <= k * level / m. The p-values
 * are conformal (ranks among records that no model was trained on), which depend on each other, but positively; the
 * procedure holds its level for them (Bates, Candes, Lei, Romano, Sesia 2023, theorem 2).
 *
 * @returns 0 if there is none.
 */
export async function findDiscoveryCut(db: Kysely<Database>, runId: string, level: number): Promise<number> {
	const { rows } = await sql<{ cut: number | null }>`
		select max(p_value) as cut from (
			select p_value, row_number() over (order by p_value) as place, count(*) over () as m
			from scores where run_id = ${runId} and p_value is not null) as ranked
		where p_value <= place * cast(${level} as double precision) / m`.execute(db);
	return rows[0]?.cut ?? 0;
}
