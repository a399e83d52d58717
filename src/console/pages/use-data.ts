import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { ApiProblem, api, queryOf } from './api.ts';

export interface Loaded<Body> {
	/** Null until it is there. */
	readonly data: Body | null;
	readonly problem: ApiProblem | null;
	readonly isLoading: boolean;
	readonly reload: () => void;
	readonly setData: (data: Body) => void;
}

export function asProblem(error: unknown): ApiProblem {
	return error instanceof ApiProblem
		? error
		: new ApiProblem(0, { detail: error instanceof Error ? error.message : String(error) });
}

/** Asks for something, and again when its address changes. What comes late is not shown. */
export function useData<Body>(path: string | null): Loaded<Body> {
	const [state, setState] = useState<{
		path: string | null;
		data: Body | null;
		problem: ApiProblem | null;
		isLoading: boolean;
	}>({
		path,
		data: null,
		problem: null,
		isLoading: path !== null,
	});
	const [round, setRound] = useState(0);
	useEffect(() => {
		if (path === null) return;
		let isCurrent = true;
		setState((before) => ({ path, data: before.path === path ? before.data : null, problem: null, isLoading: true }));
		api.get<Body>(path).then(
			(data) => isCurrent && setState({ path, data, problem: null, isLoading: false }),
			(error: unknown) =>
				isCurrent && setState((before) => ({ ...before, problem: asProblem(error), isLoading: false })),
		);
		return () => {
			isCurrent = false;
		};
	}, [path, round]);
	const reload = useCallback(() => setRound((count) => count + 1), []);
	const setData = useCallback((data: Body) => setState((before) => ({ ...before, data })), []);
	const isOther = state.path !== path;
	return {
		data: isOther ? null : state.data,
		problem: isOther ? null : state.problem,
		isLoading: isOther || state.isLoading,
		reload,
		setData,
	};
}

export interface LoadedPages<Row> {
	readonly rows: readonly Row[];
	readonly problem: ApiProblem | null;
	readonly isLoading: boolean;
	/** Whether everything is there. */
	readonly isComplete: boolean;
	/** Asks for the next page; does nothing while one is on its way. */
	readonly more: () => void;
	readonly reload: () => void;
}

interface PageBody<Row> {
	readonly items: Row[];
	readonly next: string | null;
}

const ROWS_PER_PAGE = 200;

/** A list that is read page by page as it is looked at. */
export function usePages<Row>(path: string | null, filters: Readonly<Record<string, string | null>>): LoadedPages<Row> {
	const address = path === null ? null : `${path}${queryOf(filters)}`;
	const [round, setRound] = useState(0);
	const [rows, setRows] = useState<readonly Row[]>([]);
	const [next, setNext] = useState<string | null>(null);
	const [problem, setProblem] = useState<ApiProblem | null>(null);
	const [isLoading, setLoading] = useState(true);
	const current = useRef('');
	const busy = useRef(false);

	const load = useCallback(
		async (cursor: string | null) => {
			if (path === null) return;
			const key = `${address} ${round}`;
			busy.current = true;
			setLoading(true);
			try {
				const page = await api.get<PageBody<Row>>(`${path}${queryOf({ ...filters, cursor, limit: ROWS_PER_PAGE })}`);
				if (current.current !== key) return;
				setRows((before) => (cursor === null ? page.items : [...before, ...page.items]));
				setNext(page.next);
			} catch (error) {
				if (current.current === key) setProblem(asProblem(error));
			} finally {
				if (current.current === key) {
					busy.current = false;
					setLoading(false);
				}
			}
		},
		[address, round],
	);
	useEffect(() => {
		current.current = `${address} ${round}`;
		setProblem(null);
		if (round === 0) setRows([]);
		setNext(null);
		void load(null);
	}, [load]);
	const more = useCallback(() => {
		if (!busy.current && next !== null) void load(next);
	}, [next, load]);
	const reload = useCallback(() => setRound((count) => count + 1), []);
	return { rows, problem, isLoading, isComplete: !isLoading && next === null, more, reload };
}
