import type { ReasonBody } from '../../api/schemas.ts';
import { formatCell } from '../format.ts';

type Cells = Readonly<Record<string, string | number | null>>;

/**
 * A record beside what is typical and, where there is one, the nearest normal record; what speaks against it first.
 */
export function CellTable({
	record,
	reasons,
	nearest,
}: {
	readonly record: Cells;
	readonly reasons: readonly ReasonBody[];
	readonly nearest?: Cells | null;
}) {
	const weights = new Map<string, number>();
	const typical = new Map<string, string>();
	for (const { column, contribution, typical: words } of reasons) {
		if (column === null) continue;
		weights.set(column, Math.max(weights.get(column) ?? 0, contribution));
		if (words !== null && !typical.has(column)) typical.set(column, words);
	}
	const names = Object.keys(record).toSorted((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
	const most = Math.max(0.001, ...weights.values());
	return (
		<div class="scroll-x">
			<table class="cells">
				<thead>
					<tr>
						<th scope="col">Column</th>
						<th scope="col">This record</th>
						{nearest !== undefined && nearest !== null && <th scope="col">Nearest normal record</th>}
						<th scope="col">Typical</th>
					</tr>
				</thead>
				<tbody>
					{names.map((name) => {
						const weight = weights.get(name) ?? 0;
						const loud = weight > most / 3 ? 'loud' : weight > 0.5 ? 'some' : '';
						return (
							<tr key={name} class={loud}>
								<th scope="row">{name}</th>
								<td class="value">{record[name] === null ? <i>missing</i> : formatCell(record[name])}</td>
								{nearest !== undefined && nearest !== null && (
									<td class={nearest[name] === record[name] ? 'same' : ''}>{formatCell(nearest[name])}</td>
								)}
								<td class="typical">{typical.get(name) ?? ''}</td>
							</tr>
						);
					})}
				</tbody>
			</table>
		</div>
	);
}
