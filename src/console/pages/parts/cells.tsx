import type { ReasonBody } from '../../api/schemas.ts';
import { formatCell } from '../format.ts';
import { SaveLinks } from './save-links.tsx';

type Cells = Readonly<Record<string, string | number | null>>;

/**
 * A record beside what is typical and, where there is one, the nearest normal record; what speaks against it first.
 */
export function CellTable({
	record,
	reasons,
	nearest,
	generated,
}: {
	readonly record: Cells;
	readonly reasons: readonly ReasonBody[];
	readonly nearest?: Cells | null;
	/** The generated row that is most like the record. */
	readonly generated?: Cells | null;
}) {
	const others = [
		{ title: 'Nearest normal record', cells: nearest },
		{ title: 'Nearest generated row', cells: generated },
	].flatMap(({ title, cells }) => (cells ? [{ title, cells }] : []));
	const weights = new Map<string, number>();
	const typical = new Map<string, string>();
	for (const { column, contribution, typical: words } of reasons) {
		if (column === null) continue;
		weights.set(column, Math.max(weights.get(column) ?? 0, contribution));
		if (words !== null && !typical.has(column)) typical.set(column, words);
	}
	const names = Object.keys(record).toSorted((a, b) => (weights.get(b) ?? 0) - (weights.get(a) ?? 0));
	const most = Math.max(0.001, ...weights.values());
	const saved = names.map((name) => [
		name,
		record[name] ?? null,
		...others.map(({ cells }) => cells[name] ?? null),
		typical.get(name) ?? null,
	]);
	return (
		<>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways, and not everybody has a mouse */}
			<section class="scroll-x" aria-label="Values" tabIndex={0}>
				<table class="cells">
					<thead>
						<tr>
							<th scope="col">Column</th>
							<th scope="col">This record</th>
							{others.map(({ title }) => (
								<th key={title} scope="col">
									{title}
								</th>
							))}
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
									{others.map(({ title, cells }) => (
										<td key={title} class={cells[name] === record[name] ? 'same' : ''}>
											{formatCell(cells[name])}
										</td>
									))}
									<td class="typical">{typical.get(name) ?? ''}</td>
								</tr>
							);
						})}
					</tbody>
				</table>
			</section>
			<p class="table-files">
				<SaveLinks
					name="values"
					columns={['Column', 'This record', ...others.map(({ title }) => title), 'Typical']}
					rows={saved}
				/>
			</p>
		</>
	);
}
