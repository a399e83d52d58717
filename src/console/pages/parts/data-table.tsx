import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { fileUrl } from '../api.ts';

export interface Column<Row> {
	readonly name: string;
	/** CSS width: `8rem`, `minmax(10rem, 1fr)`. */
	readonly width: string;
	readonly isNumber?: boolean;
	readonly cell: (row: Row, index: number) => ComponentChildren;
}

interface TableProps<Row> {
	readonly label: string;
	readonly columns: readonly Column<Row>[];
	readonly rows: readonly Row[];
	readonly keyOf: (row: Row, index: number) => string | number;
	/** Height of a row in pixels; all rows have the same, so that only those in sight need be made. @default 40 */
	readonly rowHeight?: number;
	/** The row that keys act on. */
	readonly current?: number;
	readonly onChoose?: (row: Row, index: number) => void;
	readonly isMarked?: (row: Row) => boolean;
	/** Asked for more rows when the end is near. */
	readonly onEnd?: () => void;
	/** Rows in all, as far as that is known. */
	readonly total?: number;
}

/** The head and, where there is one, the bar to scroll sideways by. */
const HEAD_HEIGHT = 54;
/** Rows beyond the edge of sight that are made too. */
const MARGIN = 8;

/** A long table of which only the rows in sight are made. */
export function DataTable<Row>({
	label,
	columns,
	rows,
	keyOf,
	rowHeight = 40,
	current,
	onChoose,
	isMarked,
	onEnd,
	total,
}: TableProps<Row>) {
	const scroller = useRef<HTMLDivElement>(null);
	const [top, setTop] = useState(0);
	const [height, setHeight] = useState(600);
	useLayoutEffect(() => {
		const element = scroller.current;
		if (element === null) return;
		const observer = new ResizeObserver(() => setHeight(element.clientHeight));
		observer.observe(element);
		return () => observer.disconnect();
	}, []);
	const first = Math.max(0, Math.floor(top / rowHeight) - MARGIN);
	const last = Math.min(rows.length, Math.ceil((top + height) / rowHeight) + MARGIN);
	useEffect(() => {
		if (last > rows.length - 40) onEnd?.();
	}, [last, rows.length, onEnd]);
	useEffect(() => {
		const element = scroller.current;
		if (element === null || current === undefined) return;
		const head = rowHeight;
		const rowTop = current * rowHeight;
		if (rowTop < element.scrollTop) element.scrollTop = rowTop;
		else if (rowTop + rowHeight > element.scrollTop + element.clientHeight - head) {
			element.scrollTop = rowTop + rowHeight + head - element.clientHeight;
		}
	}, [current, rowHeight]);
	// As wide as the columns must be; longer texts are cut, not made room for.
	const least = columns.reduce((sum, { width }) => sum + Number(/([\d.]+)rem/.exec(width)?.[1] ?? 0) + 1, 1);
	const grid = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
	return (
		<div class="table-frame" style={{ height: `${rows.length * rowHeight + HEAD_HEIGHT}px` }}>
			{/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by key */}
			<div class="table-scroll" ref={scroller} tabIndex={0} onScroll={(event) => setTop(event.currentTarget.scrollTop)}>
				<div
					role="table"
					aria-label={label}
					aria-rowcount={(total ?? rows.length) + 1}
					class="table"
					style={{ minWidth: `${least}rem` }}
				>
					<div role="row" class="row head" style={grid} aria-rowindex={1}>
						{columns.map((column) => (
							<div key={column.name} role="columnheader" class={column.isNumber === true ? 'number' : ''}>
								{column.name}
							</div>
						))}
					</div>
					<div role="rowgroup" class="rows" style={{ height: `${rows.length * rowHeight}px` }}>
						{rows.slice(first, last).map((row, offset) => {
							const index = first + offset;
							const classes = ['row', index === current ? 'current' : '', isMarked?.(row) === true ? 'marked' : ''];
							return (
								<div
									key={keyOf(row, index)}
									role="row"
									aria-rowindex={index + 2}
									{...(current === undefined ? {} : { 'aria-current': index === current })}
									class={classes.join(' ')}
									style={{ ...grid, height: `${rowHeight}px`, transform: `translateY(${index * rowHeight}px)` }}
									{...(onChoose === undefined ? {} : { onClick: () => onChoose(row, index) })}
								>
									{columns.map((column) => (
										<div key={column.name} role="cell" class={column.isNumber === true ? 'number' : ''}>
											{column.cell(row, index)}
										</div>
									))}
								</div>
							);
						})}
					</div>
				</div>
			</div>
		</div>
	);
}

/** The list as files. */
export function FileLinks({ path }: { readonly path: string }) {
	return (
		<span class="files">
			<a href={fileUrl(path, 'csv')} download>
				CSV
			</a>
			<a href={fileUrl(path, 'json')} download>
				JSON
			</a>
		</span>
	);
}
